/** What is different between two states, in the words that officials use. */

const TITLES = {
  board: "On the board",
  result: "Result",
  rounds: "Who goes on",
  classification: "Classification",
  medals: "Medals",
  standings: "Standings",
};
const ORDER = Object.keys(TITLES);
const MEDALS = ["gold", "silver", "bronze"];

/** Return differences as groups of sentences: one group for each document and scope. */
export function groups(rows) {
  const found = new Map();
  for (const row of rows) {
    const key = `${row.document} ${row.scope}`;
    if (!found.has(key)) {
      found.set(key, { document: row.document, scope: row.scope, people: new Map() });
    }
    const { people } = found.get(key);
    if (!people.has(row.id)) people.set(row.id, { id: row.id, name: row.name, noc: row.noc, fields: {} });
    people.get(row.id).fields[row.field] = [row.before, row.after];
  }
  return [...found.values()]
    .sort((a, b) => ORDER.indexOf(a.document) - ORDER.indexOf(b.document))
    .map((group) => ({
      document: group.document,
      scope: group.scope,
      title: title(group),
      lines: [...group.people.values()].map(line).filter((each) => each.text),
    }))
    .filter((group) => group.lines.length);
}

/** Return a difference in points as `+20`, with a true minus sign. */
export function signed(number) {
  if (number === 0) return "±0";
  return number > 0 ? `+${number}` : `−${-number}`;
}

function title({ document, scope }) {
  const words = TITLES[document] ?? document;
  if (document === "standings") return `${words}: ${scope.split(":")[1]}`;
  if (document === "medals") return scope.endsWith("skater-all") ? `${words} by skater` : `${words} by nation`;
  if (document === "rounds") return `${words}: ${scope.split(" ")[1]}`;
  return words;
}

function line({ id, name, noc, fields }) {
  const told = [];
  if (fields.rank || fields.status) {
    const [was, is] = [0, 1].map((side) => place(fields, side));
    if (was !== is) told.push(`${was} → ${is}`);
  }
  for (const medal of MEDALS) {
    const [was, is] = (fields[medal] ?? [0, 0]).map((count) => count ?? 0);
    if (was !== is) told.push(`${medal} ${was} → ${is}`);
  }
  if (fields.medal) told.push(`${fields.medal[0] ?? "no medal"} → ${fields.medal[1] ?? "no medal"}`);
  if (fields.mark) told.push(`${fields.mark[0] ?? "no mark"} → ${fields.mark[1] ?? "no mark"}`);
  if (fields.points) {
    const [was, is] = fields.points.map((points) => points ?? 0);
    told.push(`${signed(is - was)} points (${was} → ${is})`);
  }
  const [bonus, better] = (fields.bonus ?? [0, 0]).map((points) => points ?? 0);
  if (bonus !== better) told.push(`bonus ${bonus} → ${better}`);
  if (fields.fallen && fields.fallen[1]) told.push("fell");
  return { id, name, noc, text: told.join(", ") };
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
