/** The way to another moment: a button, then a scrubber, and in the past a band that says so. */

import { h, setText } from "../modules/dom.js";
import { clockTime, daysApart, stamp } from "../modules/instants.js";
import { word } from "../modules/words.js";

export class MomentBar extends HTMLElement {
  #scrubber = document.createElement("time-scrubber");
  #button = h("button", { class: "moment-open outlined", type: "button", "aria-expanded": "false", onclick: () => this.#toggle() });
  #when = h("span", { class: "moment-when" });
  #band = h("div", { class: "moment-past", hidden: true });
  #note = h("p", { class: "moment-note", role: "status" });
  #ticks = [];
  #position = null;

  connectedCallback() {
    if (this.firstChild) return;
    setText(this.#button, word("anotherMoment"));
    this.#scrubber.setAttribute("label", word("moment"));
    this.#scrubber.hidden = true;
    this.#scrubber.addEventListener("moment", ({ detail }) => {
      this.dispatchEvent(new CustomEvent("moment", { detail }));
    });
    this.#band.append(
      h("p", { class: "moment-words", role: "status" }, h("b", null, word("notLive")), " · ", this.#when),
      h(
        "button",
        { class: "moment-now outlined", type: "button", onclick: () => this.dispatchEvent(new CustomEvent("now")) },
        word("backToNow"),
      ),
    );
    this.append(this.#button, this.#band, this.#scrubber, this.#note);
  }

  /** Whether the scrubber is there. */
  get opened() {
    return !this.#scrubber.hidden;
  }

  /** Bring up the scrubber. */
  open() {
    if (this.opened) return;
    this.#scrubber.hidden = false;
    this.#button.setAttribute("aria-expanded", "true");
    this.dispatchEvent(new CustomEvent("open"));
  }

  /** Mark moments on the scrubber. */
  set ticks(ticks) {
    this.#ticks = ticks;
    this.#scrubber.ticks = ticks;
    this.#scrubber.position = this.#position ?? ticks.at(-1)?.position ?? 0;
    this.#tell();
  }

  /** Say which moment is shown, `{position}`; null for the present. */
  set past(past) {
    this.#position = past?.position ?? null;
    this.#band.hidden = past === null;
    this.say("");
    if (past === null) this.#close();
    else this.#scrubber.position = past.position;
    this.#tell();
  }

  /** Say why something is not shown. */
  say(sentence) {
    setText(this.#note, sentence);
  }

  #toggle() {
    if (this.opened) this.#close();
    else this.open();
  }

  #close() {
    this.#scrubber.hidden = true;
    this.#button.setAttribute("aria-expanded", "false");
  }

  #tell() {
    if (this.#position === null) return;
    const tick = this.#ticks.findLast((each) => each.position <= this.#position);
    const dated = daysApart(this.#ticks[0]?.recorded_at, this.#ticks.at(-1)?.recorded_at);
    const when = tick ? `${(dated ? stamp : clockTime)(tick.recorded_at)} · ` : "";
    setText(this.#when, when + word("asItWas", { n: this.#position }));
  }
}
