/** What somebody did, by where it was: one tap names the infringement by the ruleset's code. */

import { h, setAttribute } from "../modules/dom.js";
import { grid, inWords } from "../modules/infringements.js";

const MOST_OTHERS = 5;
const WHERE = { straight: "Straight", corner: "Corner", finish: "Finish", start: "Start" };

export class InfringementGrid extends HTMLElement {
  #key = "";

  /** Show a ruleset's infringements; those of relays in relays alone. */
  show(infringements, { relay }) {
    const key = JSON.stringify([infringements, relay]);
    if (key === this.#key) return;
    this.#key = key;
    const { columns, rows, others } = grid(infringements);
    const loose = Object.entries(others)
      .filter(([zone]) => relay || zone !== "relay")
      .flatMap(([, found]) => found);
    this.style.setProperty("--columns", columns.length);
    this.style.setProperty("--others", Math.min(MOST_OTHERS, loose.length + 2));
    this.replaceChildren(
      h(
        "div",
        { class: "grid-head" },
        h("span", null, "What"),
        ...columns.map((zone) => h("span", null, WHERE[zone] ?? zone)),
      ),
      ...rows.map(({ what, cells }) =>
        h(
          "div",
          { class: "grid-row" },
          h("span", { class: "grid-what" }, short(what)),
          ...columns.map((zone) => this.#cell(cells[zone] ?? inWords(what, zone))),
        ),
      ),
      h(
        "div",
        { class: "grid-others" },
        ...loose.map((each) => this.#cell(each, `${each.code} ${each.text}`)),
        this.#cell({ code: "", text: "False start", zone: "start" }, "False start"),
        this.#cell({ code: "", text: "Unsportsmanlike conduct", zone: "other" }, "Conduct"),
      ),
    );
  }

  /** Mark what is chosen, by its words. */
  set chosen(reason) {
    for (const cell of this.querySelectorAll(".grid-cell")) {
      setAttribute(cell, "aria-pressed", String(cell.dataset.text === reason));
    }
  }

  #cell(infringement, words = infringement.code || "words") {
    const { code, text, zone } = infringement;
    return h(
      "button",
      {
        class: "grid-cell",
        type: "button",
        title: text,
        "aria-label": code ? `${code}: ${text}` : text,
        "aria-pressed": "false",
        "data-code": code,
        "data-zone": zone,
        "data-text": text,
        onclick: () =>
          this.dispatchEvent(new CustomEvent("choose", { detail: { code, text, zone } })),
      },
      words,
    );
  }
}

/** The words of a row, as short as they can be and still be understood. */
function short(what) {
  return what
    .replace(" causing contact", "")
    .replace("from outside to inside", "out → in")
    .replace("from inside to outside", "in → out");
}
