/** That the officials hold the board: what it shows is as it was, and not how the race stands. */

import { h, setAttribute, setText } from "../modules/dom.js";
import { word } from "../modules/words.js";

export class HoldMark extends HTMLElement {
  #words = h("span", { class: "hold-words" });

  connectedCallback() {
    if (this.firstChild) return;
    this.append(h("span", { class: "hold-symbol", "aria-hidden": "true" }, "❚❚"), this.#words);
    this.setAttribute("role", "status");
  }

  /** Show whether a board is held. */
  set board(board) {
    const held = Boolean(board.held);
    setAttribute(this, "data-held", held);
    setText(this.#words, held ? word("held") : "");
  }
}
