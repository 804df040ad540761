/** Whether what is shown is current; stale data cannot be mistaken. */

import { h, setAttribute, setText } from "../modules/dom.js";
import { word } from "../modules/words.js";

export class ConnectionLight extends HTMLElement {
  #words = h("span", { class: "light-words" });

  connectedCallback() {
    this.append(h("span", { class: "light-dot", "aria-hidden": "true" }), this.#words);
    this.setAttribute("role", "status");
    this.status = { stale: true, silenceMs: 0 };
  }

  /** Show the status of a feed. */
  set status({ stale, silenceMs }) {
    setAttribute(this, "data-stale", stale);
    const seconds = Math.round((silenceMs ?? 0) / 1000);
    setText(this.#words, stale ? word(seconds ? "staleFor" : "connecting", { n: seconds }) : word("current"));
  }
}
