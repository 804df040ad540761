/** One race for a phone: laps to go, order or result, lap chart, gap chart, what was called. */

import { h, setAttribute, setText } from "../modules/dom.js";
import { lapSentence } from "../modules/format.js";
import { rows } from "../modules/race-state.js";
import { Summary } from "../modules/summary.js";
import { titled } from "../modules/title.js";
import { translated, word } from "../modules/words.js";

const SETTLED = new Set(["UNCONFIRMED", "UNOFFICIAL", "UNDER_REVIEW", "OFFICIAL", "CORRECTED"]);
const CHARTS = ["lapChart", "gapChart"];

export class RaceSheet extends HTMLElement {
  #name = h("h2", { class: "sheet-name" });
  #round = h("p", { class: "sheet-round" });
  #chip = document.createElement("state-chip");
  #clock = document.createElement("race-clock");
  #counter = document.createElement("lap-counter");
  #podium = document.createElement("race-podium");
  #notice = h("p", { class: "board-notice", role: "status" });
  #hold = document.createElement("hold-mark");
  #listed = h("h3", { class: "sheet-part" });
  #order = document.createElement("race-order");
  #ticker = document.createElement("penalty-ticker");
  #lapChart = document.createElement("lap-chart");
  #gapChart = document.createElement("gap-chart");
  #choices = CHARTS.map((name) =>
    h("button", { class: "tab", type: "button", "data-name": name, onclick: () => this.#choose(name) }, word(name)),
  );
  #voice = h("p", { class: "visually-hidden", "aria-live": "polite" });
  #summary = new Summary();

  connectedCallback() {
    if (this.firstChild) return;
    this.append(
      h(
        "header",
        { class: "sheet-head" },
        h("div", { class: "sheet-names" }, this.#name, this.#round, h("div", { class: "sheet-signs" }, this.#chip, this.#clock)),
        this.#counter,
      ),
      this.#hold,
      this.#notice,
      this.#podium,
      this.#listed,
      this.#order,
      this.#ticker,
      h("div", { class: "tabs sheet-charts", role: "group", "aria-label": word("lapChart") }, ...this.#choices),
      this.#lapChart,
      this.#gapChart,
      this.#voice,
    );
    this.#choose("lapChart");
  }

  /** Show a board as the feed sends it. */
  set board(board) {
    const settled = SETTLED.has(board.state);
    setAttribute(this, "data-race", board.race);
    setAttribute(this, "data-state", board.state);
    setAttribute(this, "data-relay", board.relay);
    setAttribute(this, "data-settled", settled);
    setText(this.#name, translated(board.name));
    const round = translated(board.round);
    setText(this.#round, board.attempt > 1 ? `${round} · ${word("attempt", { n: board.attempt })}` : round);
    setText(this.#notice, word(board.notice ?? ""));
    this.#hold.board = board;
    setText(this.#listed, listName(board, settled));
    this.#chip.state = board.state;
    this.#clock.board = board;
    this.#counter.board = board;
    this.#podium.board = board;
    this.#order.board = board;
    this.#ticker.board = board;
    this.#lapChart.board = board;
    this.#gapChart.board = board;
    const any = rows(board).some((row) => Object.keys(row.chart ?? {}).length > 0);
    setAttribute(this, "data-charted", any);
    const sentence = this.#summary.of(board);
    if (sentence) setText(this.#voice, sentence);
    document.title = titled(`${lapSentence(board)} · ${translated(board.name)} ${round}`, board.as_of);
  }

  #choose(name) {
    for (const choice of this.#choices) {
      setAttribute(choice, "aria-pressed", String(choice.dataset.name === name));
    }
    this.#lapChart.hidden = name !== "lapChart";
    this.#gapChart.hidden = name !== "gapChart";
  }
}

function listName(board, settled) {
  if (settled) return word("result");
  return word(board.state === "LIVE" ? "order" : "START_LIST");
}
