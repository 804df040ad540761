/** One competitor for the announcer: how to say the name, the season, what was skated here. */

import { h, setAttribute, setText } from "../modules/dom.js";
import { gap, lapsDown, ofWomen, scriptOf, statusWords, time } from "../modules/format.js";
import { spelledName } from "../modules/spelled-name.js";
import { ordinal, translated, word } from "../modules/words.js";

export class SkaterCard extends HTMLElement {
  #rank = h("span", { class: "card-rank" });
  #helmet = h("span", { class: "card-helmet" });
  #name = h("span", { class: "card-name" });
  #noc = h("span", { class: "card-noc" });
  #native = h("span", { class: "card-native" });
  #figure = h("span", { class: "card-figure" });
  #status = h("span", { class: "line-status card-status" });
  #facts = h("dl", { class: "card-facts" });
  #shown = "";

  connectedCallback() {
    if (this.firstChild) return;
    this.append(
      h(
        "p",
        { class: "card-head" },
        this.#rank,
        this.#helmet,
        this.#name,
        this.#native,
        this.#noc,
        this.#status,
        this.#figure,
      ),
      this.#facts,
    );
  }

  /** Show a row of a board with what else is known: `{nation, season, bests, places}`. */
  show(row, board, { nation, season, bests, places }) {
    setText(this.#rank, row.rank ?? "–");
    setText(this.#helmet, row.helmet ?? row.start_position);
    setAttribute(this.#helmet, "data-kind", row.helmet ? "helmet" : "start");
    setText(this.#noc, nation && nation !== row.name ? `${row.noc} · ${nation}` : row.noc);
    setText(this.#native, row.native_name ?? "");
    setAttribute(this.#native, "lang", row.native_name ? scriptOf(row.noc) : null);
    setText(this.#figure, figure(row, board));
    setText(this.#status, row.status && row.status !== "no time" ? statusWords(row.status) : "");
    setAttribute(this.#status, "data-status", row.status);
    setAttribute(this, "data-rank", row.rank);
    const feminine = ofWomen(board);
    const key = JSON.stringify([row.name, row.skater, row.pronunciation, season, bests, places, feminine]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#name.replaceChildren(
      ...spelledName(row),
    );
    this.#facts.replaceChildren(...facts(row, { season, bests, places, feminine }));
  }
}

function figure(row, board) {
  if (row.time_ms) return time(row.time_ms);
  if (board.state !== "LIVE") return "";
  if (row.laps_behind) return lapsDown(row.laps_behind);
  return row.rank === 1 ? time(row.elapsed_ms, 2) : gap(row.gap_ms);
}

function facts(row, { season, bests, places, feminine }) {
  const found = [];
  const tell = (name, ...content) => found.push(h("div", null, h("dt", null, name), h("dd", null, ...content)));
  if (row.pronunciation) tell(word("pronunciation"), row.pronunciation);
  if (row.skater) tell(word("onTheIce"), row.skater);
  if (season) {
    const parts = [word("placed", { place: ordinal(season.rank, feminine) }), word("pointsOf", { n: season.points })];
    if (season.golds) parts.push(word("winsOf", { n: season.golds }));
    tell(word("season"), parts.join(" · "));
  }
  for (const { best, time_ms } of bests) tell(best, time(time_ms));
  if (places.length > 0) tell(word("here"), ...places.map((each) => place(each, feminine)));
  return found;
}

function place({ name, round, rank, status }, feminine) {
  return h("span", { class: "card-place" }, h("b", null, rank ? ordinal(rank, feminine) : status), ` ${translated(name)} ${translated(round)}`);
}
