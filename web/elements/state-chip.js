/** What may be believed of a board right now: LIVE, UNDER REVIEW, OFFICIAL, … */

import { h, setAttribute, setText } from "../modules/dom.js";
import { state } from "../modules/format.js";

const SYMBOLS = {
  LIVE: "●",
  UNCONFIRMED: "◔",
  UNOFFICIAL: "◑",
  UNDER_REVIEW: "❚❚",
  OFFICIAL: "✔",
  CORRECTED: "✎",
  CANCELLED: "✕",
};

export class StateChip extends HTMLElement {
  #symbol = h("span", { class: "chip-symbol", "aria-hidden": "true" });
  #words = h("span", { class: "chip-words" });

  #state = null;
  #unsent = false;

  connectedCallback() {
    this.append(this.#symbol, this.#words);
  }

  /** Show a result state of the glossary. */
  set state(code) {
    this.#state = code;
    this.#show();
  }

  /** Say that only this device knows of it yet. */
  set unsent(unsent) {
    this.#unsent = unsent;
    this.#show();
  }

  #show() {
    setAttribute(this, "data-state", this.#state);
    setAttribute(this, "data-unsent", this.#unsent);
    setText(this.#symbol, this.#unsent ? "↑" : (SYMBOLS[this.#state] ?? ""));
    setText(this.#words, this.#unsent ? `${state(this.#state)} · unsent` : state(this.#state));
  }
}
