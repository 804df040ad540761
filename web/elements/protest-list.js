/** The protest clock, the protests of a race, and what became of them. */

import { clock } from "../modules/clock.js";
import { h, setAttribute, setText } from "../modules/dom.js";

export class ProtestList extends HTMLElement {
  #clock = h("p", { class: "protest-clock", role: "timer" });
  #body = h("div", { class: "protest-body" });
  #until = null;
  #unsubscribe = null;
  #key = "";

  connectedCallback() {
    this.append(this.#clock, this.#body);
    this.#unsubscribe = clock.subscribe((now) => this.#tick(now));
  }

  disconnectedCallback() {
    this.#unsubscribe?.();
  }

  /** Show protests; `until` is when the time to lodge one is over, null before there is a result. */
  show({ protests, nocs, until, act }) {
    this.#until = until;
    this.#tick(clock.now());
    const key = JSON.stringify([protests, nocs]);
    if (key === this.#key) return;
    this.#key = key;
    this.#body.replaceChildren(
      ...protests.map((protest) => this.#protest(protest, act)),
      this.#form(protests, nocs, act),
    );
  }

  #tick(now) {
    const left = this.#until === null ? null : Math.max(0, this.#until - now);
    setAttribute(this.#clock, "data-over", left === 0);
    if (left === null) setText(this.#clock, "The clock starts when the result is official.");
    else if (left === 0) setText(this.#clock, "Time is over: a protest is recorded as late.");
    else {
      const seconds = Math.ceil(left / 1000);
      const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      setText(this.#clock, `${text} left to lodge a protest`);
    }
  }

  #protest(protest, act) {
    const reason = h("input", {
      class: "field",
      maxlength: 200,
      placeholder: "Reason",
      "aria-label": "Reason",
    });
    const decide = (upheld) =>
      act({
        type: "DecideProtest",
        protest: protest.protest,
        upheld,
        reason: reason.value.trim() || (upheld ? "Upheld" : "Dismissed"),
      });
    const open = protest.upheld === null || protest.upheld === undefined;
    return h(
      "section",
      { class: "protest", "data-protest": protest.protest },
      h("p", null, h("b", null, protest.noc), ` ${protest.subject}`, protest.late ? " · late" : ""),
      open
        ? h(
            "div",
            { class: "keys" },
            reason,
            h("button", { class: "key", type: "button", onclick: () => decide(true) }, "Uphold"),
            h("button", { class: "key", type: "button", onclick: () => decide(false) }, "Dismiss"),
          )
        : h(
            "p",
            { class: "soft" },
            `${protest.upheld ? "Upheld" : "Dismissed"}: ${protest.outcome}`,
          ),
    );
  }

  #form(protests, nocs, act) {
    const noc = h(
      "select",
      { class: "field", "aria-label": "Team" },
      ...nocs.map((each) => h("option", null, each)),
    );
    const subject = h("input", {
      class: "field",
      maxlength: 200,
      placeholder: "What it is about",
      "aria-label": "Subject",
      required: true,
    });
    const form = h(
      "form",
      { class: "keys" },
      noc,
      subject,
      h("button", { class: "key" }, "Lodge a protest"),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      act({
        type: "LodgeProtest",
        protest: `protest-${protests.length + 1}`,
        noc: noc.value,
        subject: subject.value.trim(),
      });
    });
    return form;
  }
}
