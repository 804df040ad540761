/** The standings if the race ended now: clearly a projection, never the standings themselves. */

import { h, setText } from "../modules/dom.js";
import { projected } from "../modules/projection.js";
import { spelledName } from "../modules/spelled-name.js";
import { word } from "../modules/words.js";

const LINES = 8;

export class ProjectedStandings extends HTMLElement {
  #body = h("tbody");
  #title = h("h3", { class: "sheet-part" });
  #standings = null;
  #board = null;
  #shown = "";

  connectedCallback() {
    if (this.firstChild) return;
    setText(this.#title, word("ifItEndedNow"));
    this.append(
      this.#title,
      h(
        "table",
        { class: "table projected" },
        h("caption", { class: "projected-note" }, word("ifItEndedNote")),
        h(
          "thead",
          null,
          h(
            "tr",
            null,
            h("th", { scope: "col", class: "cell-rank", "aria-label": word("rank") }, "#"),
            h("th", { scope: "col", class: "cell-noc" }, word("noc")),
            h("th", { scope: "col", class: "cell-name" }, h("span", { class: "visually-hidden" }, word("name"))),
            h("th", { scope: "col", class: "cell-number" }, "+"),
            h("th", { scope: "col", class: "cell-points" }, word("points")),
          ),
        ),
        this.#body,
      ),
    );
  }

  /** Take the standings document of the feed. */
  set standings(document) {
    this.#standings = document;
    this.#show();
  }

  /** Take the board of the race that is on the ice. */
  set board(board) {
    this.#board = board;
    this.#show();
  }

  #show() {
    const found = projected(this.#standings, this.#board);
    this.hidden = found === null;
    if (found === null) return;
    const lines = found.rows.slice(0, LINES);
    const key = JSON.stringify(lines);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#body.replaceChildren(...lines.map(entry));
  }
}

function entry(line) {
  const moved = line.from === null ? "" : line.from > line.rank ? " ▲" : line.from < line.rank ? " ▼" : "";
  return h(
    "tr",
    { "data-id": line.id, "data-gain": line.gain > 0 },
    h("td", { class: "cell-rank" }, `${line.rank}${moved}`),
    h("td", { class: "cell-noc" }, line.noc),
    h(
      "td",
      { class: "cell-name" },
      ...spelledName(line),
    ),
    h("td", { class: "cell-number" }, line.gain ? `+${line.gain}` : ""),
    h("td", { class: "cell-points" }, String(line.points)),
  );
}
