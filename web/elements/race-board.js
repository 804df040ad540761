/** A whole board: race, state, clock, order, laps to go, podium, lap chart. */

import { h, setAttribute, setText } from "../modules/dom.js";
import { lapSentence } from "../modules/format.js";
import { Summary } from "../modules/summary.js";
import { titled } from "../modules/title.js";
import { translated, word } from "../modules/words.js";

const UNITS_WIDE = 160;
const UNITS_HIGH = 90;

export class RaceBoard extends HTMLElement {
  #title = h("h1", { class: "board-title" });
  #round = h("p", { class: "board-round" });
  #chip = document.createElement("state-chip");
  #clock = document.createElement("race-clock");
  #light = document.createElement("connection-light");
  #notice = h("p", { class: "board-notice", role: "status" });
  #hold = document.createElement("hold-mark");
  #order = document.createElement("race-order");
  #counter = document.createElement("lap-counter");
  #podium = document.createElement("race-podium");
  #chart = document.createElement("lap-chart");
  #voice = h("p", { class: "visually-hidden", "aria-live": "polite" });
  #summary = new Summary();
  #observer = new ResizeObserver(() => this.#scale());

  connectedCallback() {
    if (this.firstChild) return;
    this.append(
      h(
        "header",
        { class: "board-head" },
        h("div", { class: "board-names" }, this.#title, this.#round),
        this.#notice,
        h("div", { class: "board-signs" }, this.#clock, this.#chip, this.#light),
      ),
      this.#hold,
      h("section", { class: "board-order", "aria-label": word("order") }, this.#order),
      h(
        "section",
        { class: "board-laps", "aria-label": word("laps") },
        h("div", { class: "board-count" }, this.#counter, this.#podium),
        this.#chart,
      ),
      this.#voice,
    );
    this.#observer.observe(this);
    this.#scale();
  }

  disconnectedCallback() {
    this.#observer.disconnect();
  }

  /** Show a board as the feed sends it. */
  set board(board) {
    setAttribute(this, "data-race", board.race);
    setAttribute(this, "data-state", board.state);
    setAttribute(this, "data-relay", board.relay);
    setText(this.#title, translated(board.name));
    setText(this.#round, roundOf(board));
    setText(this.#notice, word(board.notice ?? ""));
    this.#hold.board = board;
    setAttribute(this, "data-held", Boolean(board.held));
    this.#chip.state = board.state;
    this.#clock.board = board;
    this.#order.board = board;
    this.#counter.board = board;
    this.#podium.board = board;
    setAttribute(this, "data-podium", !this.#podium.hidden);
    this.#chart.board = board;
    const sentence = this.#summary.of(board);
    if (sentence) setText(this.#voice, sentence);
    const title = `${lapSentence(board)} · ${translated(board.name)} ${translated(board.round)}`;
    document.title = titled(title, board.as_of);
  }

  /** Show whether the board is current. */
  set status(status) {
    this.#light.status = status;
    setAttribute(this, "data-stale", status.stale);
  }

  /** One unit is a hundred-and-sixtieth of the width, or a ninetieth of the height. */
  #scale() {
    const { width, height } = this.getBoundingClientRect();
    const tall = height > width;
    setAttribute(this, "data-shape", tall ? "tall" : width < 900 ? "small" : "wide");
    // Upright it scrolls: whoever has no pointer must reach what lies below.
    setAttribute(this, "tabindex", tall ? "0" : null);
    const unit = tall ? width / 64 : Math.min(width / UNITS_WIDE, height / UNITS_HIGH);
    this.style.setProperty("--u", `${unit}px`);
  }
}

/** The round, and which attempt it is when the race was started again. */
function roundOf(board) {
  const round = translated(board.round);
  return board.attempt > 1 ? `${round} · ${word("attempt", { n: board.attempt })}` : round;
}
