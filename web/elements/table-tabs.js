/** A table with tabs above it: the base of medals and standings. */

import { h, setAttribute, setText } from "../modules/dom.js";
import { word } from "../modules/words.js";

export class TableTabs extends HTMLElement {
  #tabs = h("div", { class: "tabs", role: "tablist" });
  #body = h("div", { class: "tab-body", role: "tabpanel", tabindex: "0" });
  #names = [];
  #chosen = null;
  #tables = {};

  connectedCallback() {
    if (this.firstChild) return;
    this.append(this.#tabs, this.#body);
    setAttribute(this.#body, "aria-label", word(this.getAttribute("label")));
    setAttribute(this.#tabs, "aria-label", word(this.getAttribute("label")));
  }

  /** Show tables by name, `[{name, label}]` in their order. */
  display(tabs, tables) {
    this.#tables = tables;
    const key = JSON.stringify(tabs);
    if (this.#tabs.dataset.key !== key) {
      this.#tabs.dataset.key = key;
      this.#names = tabs.map((tab) => tab.name);
      this.#tabs.replaceChildren(...tabs.map((tab) => this.#tab(tab)));
    }
    if (!this.#names.includes(this.#chosen)) this.#chosen = this.#names[0] ?? null;
    this.#show();
  }

  #tab({ name, label }) {
    return h(
      "button",
      {
        class: "tab",
        role: "tab",
        type: "button",
        "data-name": name,
        onclick: () => this.#choose(name),
        onkeydown: (event) => this.#step(event, name),
      },
      label,
    );
  }

  #choose(name) {
    this.#chosen = name;
    this.#show();
  }

  #step(event, name) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const count = this.#names.length;
    const next = this.#names[(this.#names.indexOf(name) + by + count) % count];
    this.#choose(next);
    this.#tabs.querySelector(`[data-name="${next}"]`).focus();
  }

  #show() {
    for (const tab of this.#tabs.children) {
      const selected = tab.dataset.name === this.#chosen;
      setAttribute(tab, "aria-selected", String(selected));
      setAttribute(tab, "tabindex", selected ? "0" : "-1");
    }
    const table = this.#tables[this.#chosen];
    const lines = (table?.order ?? []).map((id) => ({ id, ...table.entries[id] }));
    const key = JSON.stringify([this.#chosen, lines]);
    if (this.#body.dataset.key === key) return;
    this.#body.dataset.key = key;
    this.#body.replaceChildren(this.table(lines, this.#chosen));
  }

  /** Return the table element of these lines; a subclass says how. */
  table(lines) {
    return h("p", null, `${lines.length} lines`);
  }

  /** Return a table with a head and lines of cells, `[{class, text}]`. */
  static build(head, lines, empty) {
    if (lines.length === 0) return h("p", { class: "empty" }, empty);
    return h(
      "table",
      { class: "table" },
      h(
        "thead",
        null,
        h("tr", null, ...head.map(heading)),
      ),
      h(
        "tbody",
        null,
        ...lines.map(({ id, cells }) =>
          h(
            "tr",
            { "data-id": id },
            ...cells.map(({ class: kind, content }) => h("td", { class: kind }, content)),
          ),
        ),
      ),
    );
  }
}

/** Return the head of a column: a word, a sign with the word behind it, or a word that is only heard. */
function heading({ label, title, class: kind, quiet }) {
  const cell = h("th", { scope: "col", class: kind });
  if (quiet) cell.append(h("span", { class: "visually-hidden" }, word(label)));
  else setText(cell, word(label));
  if (title) setAttribute(cell, "aria-label", word(title));
  return cell;
}
