/** An instant as the reader writes it; a tap or a key shows what was recorded, to its last digit. */

import { h, setAttribute, setText } from "../modules/dom.js";
import { exact } from "../modules/instants.js";

export class ExactInstant extends HTMLElement {
  #time = h("time");
  #button = h("button", { class: "instant", type: "button", "aria-expanded": "false", onclick: () => this.#turn() }, this.#time);
  #digits = h("span", { class: "instant-exact" });

  connectedCallback() {
    if (!this.firstChild) this.append(this.#button, this.#digits);
  }

  /** Show an instant in some words; what is open stays open. */
  show(instant, text) {
    setAttribute(this.#time, "datetime", instant);
    setAttribute(this.#button, "title", exact(instant));
    setText(this.#time, text);
    setText(this.#digits, exact(instant));
  }

  #turn() {
    const open = !this.hasAttribute("data-open");
    setAttribute(this, "data-open", open);
    setAttribute(this.#button, "aria-expanded", String(open));
  }
}
