/** Everything that would be another: places, who goes on, medals, points; on one screen. */

import { consequences, moved, none, table } from "../modules/consequences.js";
import { h, setAttribute } from "../modules/dom.js";

const MOST = { places: 9, onward: 6, nations: 6, points: 8 };
const MEDALS = ["gold", "silver", "bronze"];
const ROUNDS = {
  FINAL_A: "Final A",
  FINAL_B: "Final B",
  FINAL_C: "Final C",
  SF: "semifinals",
  QF: "quarterfinals",
};

export class ConsequenceList extends HTMLElement {
  #key = "";

  /** Show the rows of a what-if, or a sentence while there is none. */
  show(rows, { empty = "Nothing would be another.", name = null } = {}) {
    const key = JSON.stringify([rows, empty]);
    if (key === this.#key) return;
    this.#key = key;
    setAttribute(this, "data-shown", Array.isArray(rows) ? rows.length : null);
    if (typeof rows === "string") {
      this.replaceChildren(h("p", { class: "soft" }, rows));
      return;
    }
    const found = consequences(
      name && Array.isArray(rows) ? rows.map((row) => ({ ...row, name: name(row) })) : rows,
    );
    if (none(found)) {
      this.replaceChildren(h("p", { class: "soft" }, empty));
      return;
    }
    const more = moved(rows);
    this.replaceChildren(
      ...part("On the board", found.boards, board),
      ...part("Places", found.places, place, MOST.places),
      ...part(onward(found.starters), found.onward, goes, MOST.onward),
      ...part("Medals", found.nations, nation, MOST.nations),
      ...tables(found.points),
      ...(more ? [h("p", { class: "soft" }, `Ranks alone move for ${more} more.`)] : []),
    );
  }
}

function part(title, lines, line, most = lines.length) {
  if (lines.length === 0) return [];
  const left = lines.length - most;
  return [
    h(
      "section",
      { class: "so-part" },
      h("h3", { class: "so-title" }, title),
      h("ul", { class: "so-list" }, ...lines.slice(0, most).map(line)),
      left > 0 ? h("p", { class: "soft" }, `and ${left} more`) : null,
    ),
  ];
}

/** The points, one list for each table of the standings. */
function tables(lines) {
  const names = [...new Set(lines.map(table))];
  const most = Math.max(2, Math.floor(MOST.points / Math.max(names.length, 1)));
  return names.flatMap((name) =>
    part(
      `Points ${name.replaceAll("-", " ")}`,
      lines.filter((line) => table(line) === name),
      scored,
      most,
    ),
  );
}

function entry(line, ...content) {
  return h(
    "li",
    { class: "so-line" },
    h(
      "span",
      { class: "so-who" },
      h("b", null, line.name),
      line.noc === line.name ? "" : ` ${line.noc}`,
    ),
    h("span", { class: "so-what" }, ...content.filter(Boolean)),
  );
}

/** One value that would be another, which says exactly what of which document it is. */
function change(line, field, { nothing = "–", now = nothing } = {}) {
  const found = line?.changes[field];
  if (!found) return null;
  const [before, after] = found;
  return h(
    "span",
    {
      class: "so-change",
      "data-document": line.document,
      "data-scope": line.scope,
      "data-id": line.id,
      "data-field": field,
      "data-after": JSON.stringify(after),
      "data-gone": !String(after ?? now),
    },
    String(before ?? nothing) &&
      h("s", { "aria-label": `before ${before ?? nothing}` }, String(before ?? nothing)),
    String(after ?? now) && h("b", { "aria-label": `after ${after ?? now}` }, String(after ?? now)),
  );
}

function place(line) {
  return entry(
    line,
    change(line, "rank"),
    change(line, "status", { nothing: "" }),
    change(line, "mark"),
    change(line.medal, "medal"),
  );
}

function board(line) {
  const laps = change(line, "laps");
  return entry(
    line,
    change(line, "rank"),
    laps && h("span", { class: "so-unit" }, "laps ", laps),
    change(line, "status", { nothing: "skating" }),
  );
}

function goes(line) {
  return entry(line, change(line, "mark"), change(line, "to", { nothing: "out" }));
}

function nation(line) {
  return entry(
    line,
    ...MEDALS.filter((medal) => counts(line.changes[medal])).map((medal) =>
      h(
        "span",
        { class: "so-medal", "data-medal": medal },
        h("i", null, medal),
        change(line, medal),
      ),
    ),
  );
}

/** Whether a number of medals is another: none and 0 are the same. */
function counts(found) {
  return found && (found[0] ?? 0) !== (found[1] ?? 0);
}

function scored(line) {
  return entry(
    line,
    change(line, "points"),
    line.changes.rank && h("span", { class: "so-unit" }, "rank ", change(line, "rank")),
  );
}

function onward(starters) {
  const words = Object.entries(starters).map(
    ([round, by]) => `${ROUNDS[round] ?? round} ${by > 0 ? "+" : "−"}${Math.abs(by)}`,
  );
  return words.length > 0 ? `Next start lists: ${words.join(", ")}` : "Who goes on";
}
