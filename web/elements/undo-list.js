/** What may be taken back, and what each would change, said before it is confirmed. */

import { h } from "../modules/dom.js";
import { hour } from "../modules/format.js";

const MOST = 7;

export class UndoList extends HTMLElement {
  #key = "";
  #from = 0;
  #all = [];
  #chosen = null;
  #ask = null;
  #take = null;
  #name = null;

  /** Say how to ask what one would change, how to take one back, and what rows are called. */
  connect({ ask, take, name }) {
    this.#ask = ask;
    this.#take = take;
    this.#name = name;
  }

  /** Ask about one of those shown, by its key. */
  choose(key) {
    const found = this.#all.find((each) => each.key === key);
    if (found) this.#choose(found);
  }

  /** Show what may be taken back; an undo that is being confirmed stays as it is. */
  show(all) {
    const key = JSON.stringify(all.map((each) => [each.key, each.text]));
    this.#all = all;
    if (key === this.#key || this.#chosen) return;
    this.#key = key;
    this.#list();
  }

  #list() {
    this.#chosen = null;
    this.#from = Math.min(this.#from, Math.max(0, this.#all.length - 1));
    const shown = this.#all.slice(this.#from, this.#from + MOST);
    const page = (label, by, possible) =>
      h(
        "button",
        {
          class: "key",
          type: "button",
          disabled: !possible,
          onclick: () => {
            this.#from += by;
            this.#list();
          },
        },
        label,
      );
    this.replaceChildren(
      h(
        "ul",
        { class: "undo-list" },
        ...shown.map((each) =>
          h(
            "li",
            { class: "undo-line", "data-key": each.key },
            h("span", { class: "undo-text" }, h("b", null, each.who), " ", each.text),
            h(
              "span",
              { class: "soft" },
              [each.at ? hour(each.at) : "", each.official].filter(Boolean).join(" · "),
            ),
            h(
              "button",
              { class: "key", type: "button", onclick: () => this.#choose(each) },
              "Undo…",
            ),
          ),
        ),
      ),
      ...(this.#all.length === 0
        ? [h("p", { class: "soft" }, "Nothing has been recorded yet.")]
        : []),
      h(
        "div",
        { class: "keys" },
        page("Later", -MOST, this.#from > 0),
        page("Earlier", MOST, this.#from + MOST < this.#all.length),
      ),
    );
  }

  async #choose(undo) {
    this.#chosen = undo;
    const now = document.createElement("consequence-list");
    const later = document.createElement("consequence-list");
    const confirm = h("button", { class: "key danger", type: "button", disabled: true }, "Undo it");
    const reason = h("input", {
      class: "field",
      value: "Entered by mistake",
      maxlength: 200,
      "aria-label": "Reason",
    });
    const fault = h("p", { class: "fault", role: "alert" });
    const back = () => {
      this.#key = "";
      this.#chosen = null;
      this.show(this.#all);
    };
    this.replaceChildren(
      h("h2", null, `Undo: ${undo.who} ${undo.text}?`),
      h(
        "div",
        { class: "undo-parts" },
        h(
          "section",
          { class: "undo-now" },
          h("h3", { class: "so-title" }, "The public will see at once"),
          now,
        ),
        h(
          "section",
          { class: "undo-later" },
          h("h3", { class: "so-title" }, "When the result is settled"),
          later,
        ),
      ),
      h("label", { class: "undo-why" }, "Reason ", reason),
      h(
        "div",
        { class: "keys" },
        confirm,
        h("button", { class: "key", type: "button", onclick: back }, "Keep it"),
      ),
      fault,
    );
    now.show("Asking…");
    later.show("Asking…");
    confirm.addEventListener("click", async () => {
      confirm.disabled = true;
      try {
        await this.#take(undo.command(reason.value.trim() || "Entered by mistake"));
        back();
      } catch (error) {
        fault.textContent = error.message;
        confirm.disabled = false;
      }
    });
    try {
      const found = await this.#ask(undo);
      now.show(found.now ?? "Nothing: the official result stands until it is corrected.", {
        name: this.#name,
        empty: "Nothing: no board changes by it.",
      });
      later.show(found.later ?? "The race is still skated: what it settles is not known yet.", {
        name: this.#name,
        empty: "Nothing in the result, the medals or the points.",
      });
      confirm.disabled = false;
    } catch (error) {
      // Without knowing what it would do, nothing is taken back.
      now.show("Not known: the server did not answer.");
      later.show("Not known.");
      fault.textContent = error.message;
    }
  }
}
