/** What is different between two states, in the words that officials use. */

import { plainName } from "./spelled-name.js";
import { translated, word } from "./words.js";

const TITLES = {
  board: "onTheBoard",
  result: "result",
  rounds: "whoGoesOn",
  classification: "classification",
  medals: "medals",
  standings: "standings",
};
const ORDER = Object.keys(TITLES);
const MEDALS = ["gold", "silver", "bronze"];
/** The words for what may be won over a season. */
const WON = { "Crystal Globe": "crystalGlobe" };
const OVERALL = new Set(["men", "women"]);

/** Return differences as groups of sentences: one group for each document and scope. */
export function groups(rows) {
  const found = new Map();
  for (const row of rows) {
    const key = `${row.document} ${row.scope}`;
    if (!found.has(key)) {
      found.set(key, { document: row.document, scope: row.scope, people: new Map() });
    }
    const { people } = found.get(key);
    if (!people.has(row.id)) people.set(row.id, person(row));
    people.get(row.id).fields[row.field] = [row.before, row.after];
  }
  return [...found.values()]
    .sort((a, b) => ORDER.indexOf(a.document) - ORDER.indexOf(b.document))
    .map((group) => ({
      document: group.document,
      scope: group.scope,
      title: title(group),
      people: [...group.people.values()],
      lines: [...group.people.values()].map(line).filter((each) => each.text),
    }))
    .filter((group) => group.lines.length);
}

/**
 * Return the sentences that tell most: places, medals by nation, points of the overall standings.
 *
 * `title` is what the leader of the overall standings is given, as a ruleset has it.
 */
export function headline(rows, { title: won = "" } = {}) {
  const overall = ({ document, scope }) => document === "standings" && OVERALL.has(scope.split(":")[1]);
  const standings = won ? word(WON[won] ?? won) : word("standings");
  return groups(rows).flatMap((group) => {
    const people = group.people;
    if (group.document === "result") return people.flatMap((each) => moved(each.fields).map((text) => `${plainName(each)} ${text}`));
    if (group.document === "medals" && group.scope.includes("noc")) {
      return people.flatMap(({ noc, fields }) => counted(fields).map((text) => `${noc} ${text}`));
    }
    if (!overall(group)) return [];
    return people
      .map((each) => [plainName(each), (each.fields.points?.[1] ?? 0) - (each.fields.points?.[0] ?? 0)])
      .filter(([, change]) => change !== 0)
      .map(([name, change]) => word("withWhom", { what: standings, who: `${name} ${signed(change)}` }));
  });
}

/** Return differences the other way round. */
export function reversed(rows) {
  return rows.map((row) => ({ ...row, before: row.after, after: row.before }));
}

/** Return a difference in points as `+20`, with a true minus sign. */
export function signed(number) {
  if (number === 0) return "±0";
  return number > 0 ? `+${number}` : `−${-number}`;
}

function person({ id, name, family_name, noc }) {
  return { id, name, family_name, noc, fields: {} };
}

function title({ document, scope }) {
  const what = Object.hasOwn(TITLES, document) ? word(TITLES[document]) : document;
  if (document === "standings") {
    return word("withWhom", { what, who: translated(scope.split(":")[1].replaceAll("-", " ")) });
  }
  if (document === "medals") return word(scope.endsWith("skater-all") ? "medalsBySkater" : "medalsByNation");
  if (document === "rounds") return word("withWhom", { what, who: scope.split(" ")[1] });
  return what;
}

function line({ id, name, family_name, noc, fields }) {
  const told = [...moved(fields), ...counted(fields)];
  if (fields.medal) told.push(fields.medal.map((medal) => word(medal ? `${medal}Count` : "noMedal")).join(" → "));
  if (fields.mark) told.push(fields.mark.map((mark) => mark ?? word("noMark")).join(" → "));
  if (fields.points) {
    const [from, to] = fields.points.map((points) => points ?? 0);
    told.push(word("pointsMoved", { change: signed(to - from), from, to }));
  }
  const [from, to] = (fields.bonus ?? [0, 0]).map((points) => points ?? 0);
  if (from !== to) told.push(word("bonusMoved", { from, to }));
  if (fields.fallen && fields.fallen[1]) told.push(word("fellNow"));
  return { id, name, family_name, noc, text: told.join(", ") };
}

/** Return how a place moved: `1 → PEN`. */
function moved(fields) {
  if (!fields.rank && !fields.status) return [];
  const [was, is] = [0, 1].map((side) => place(fields, side));
  return was === is ? [] : [`${was} → ${is}`];
}

/** Return how medals moved: `gold 1 → 2`. */
function counted(fields) {
  return MEDALS.flatMap((medal) => {
    const [was, is] = (fields[medal] ?? [0, 0]).map((count) => count ?? 0);
    return was === is ? [] : [`${word(`${medal}Count`)} ${was} → ${is}`];
  });
}

/** A status stands for a place where there is none: PEN, not "no place". */
function place(fields, side) {
  const status = fields.status?.[side];
  const rank = fields.rank?.[side];
  if (status && status !== "no time" && (rank === null || rank === undefined)) return status;
  return rank === null || rank === undefined ? "–" : String(rank);
}

/** Return an answer of the API as the feed would have sent it: rows by id, and their order. */
export function asFeed(document) {
  const entries = Object.fromEntries(document.rows.map((row) => [row.id, row]));
  return { ...document, entries, order: document.rows.map((row) => row.id) };
}
