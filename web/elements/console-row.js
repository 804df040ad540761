/** One skater on the lap console: laps, last lap, gap, when next, and what is doubtful. */

import { h, setAttribute, setText } from "../modules/dom.js";
import { gap, time } from "../modules/format.js";

const CELLS = ["place", "key", "helmet", "noc", "name", "laps", "last", "gap", "next", "signs"];
const HEADS = ["", "key", "helmet", "", "", "laps", "last", "gap", "next in"];

const [LONG, WHOLE, LONGEST] = [12, 15, 20];

export class ConsoleRow {
  #cells = Object.fromEntries(CELLS.map((name) => [name, h("span", { class: `row-${name}` })]));
  #position = 0;

  constructor(id, tapped) {
    this.element = h(
      "li",
      {
        class: "console-row",
        "data-competitor": id,
        onpointerdown: (event) => {
          event.preventDefault();
          tapped(this.#position, event.timeStamp);
        },
      },
      ...CELLS.slice(0, 4).map((name) => this.#cells[name]),
      h("span", { class: "row-who" }, this.#cells.name, this.#cells.signs),
      ...CELLS.slice(5, 9).map((name) => this.#cells[name]),
    );
  }

  /** Return the line above all rows. */
  static head() {
    return h(
      "p",
      { class: "console-row-head", "aria-hidden": "true" },
      ...HEADS.map((text, i) => h("span", { class: `row-${CELLS[i]}` }, text)),
    );
  }

  /** Show a row of the sheet; `difference` is what others have and this console has not. */
  show(row, index, sheet, difference) {
    const c = this.#cells;
    this.#position = row.position;
    setText(c.place, row.laps && !row.out ? index + 1 : "–");
    setText(c.key, row.position);
    setText(c.helmet, row.helmet ?? "");
    setText(c.noc, row.noc);
    const name = shownName(row);
    setText(c.name, name);
    setAttribute(c.name, "data-long", name.length > LONGEST ? "very" : name.length > LONG);
    setText(c.laps, row.laps);
    setText(c.last, row.lastMs === null ? "" : time(row.lastMs, 2));
    setAttribute(c.last, "data-est", row.lastEstimated);
    setAttribute(c.last, "data-odd", row.odd);
    setText(c.gap, index === 0 && row.laps ? "leads" : gap(row.gapMs));
    setText(c.next, nextText(row));
    setAttribute(c.next, "data-est", row.inMs !== null);
    setText(c.signs, signs(row, difference));
    setAttribute(this.element, "data-laps", row.laps);
    setAttribute(this.element, "data-out", row.out);
    setAttribute(this.element, "data-fallen", row.fallen);
    setAttribute(this.element, "data-finished", row.finished);
    setAttribute(this.element, "data-odd", row.odd);
    setAttribute(this.element, "data-overdue", row.overdue);
    setAttribute(this.element, "data-differs", Boolean(difference));
  }
}

/** Return a name that fits: without the given one, where the family's is long enough. */
function shownName({ name, family }) {
  if (!family) return name;
  const whole = `${family.toLocaleUpperCase()} ${name.replace(family, "").trim()}`;
  return whole.length > WHOLE ? family.toLocaleUpperCase() : whole;
}

function nextText(row) {
  if (row.finished) return "finished";
  if (row.inMs === null) return "";
  return row.overdue ? "overdue" : countdown(row.inMs);
}

/** Return how long it is until a crossing is expected. */
export function countdown(ms) {
  return `${(Math.round(ms / 100) / 10 + 0).toFixed(1)} s`;
}

function signs(row, difference) {
  return [
    row.out,
    row.fallen && "FELL",
    row.odd && "LAP?",
    row.flags > 0 && (row.flags > 1 ? `FLAG ${row.flags}` : "FLAG"),
    row.beyond > 0 && `+${row.beyond} after finish`,
    difference,
  ]
    .filter(Boolean)
    .join(" · ");
}
