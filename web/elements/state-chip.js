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

  connectedCallback() {
    this.append(this.#symbol, this.#words);
  }

  /** Show a result state of the glossary. */
  set state(code) {
    setAttribute(this, "data-state", code);
    setText(this.#symbol, SYMBOLS[code] ?? "");
    setText(this.#words, state(code));
  }
}
