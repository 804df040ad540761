/** The differences between two suppositions, put together as a referee reads them. Pure. */

const MEDALS = ["gold", "silver", "bronze"];

/**
 * Return `{places, onward, starters, nations, points, boards}` from the rows of a what-if.
 *
 * Each line is `{scope, id, name, noc, changes: {field: [before, after]}}`; `starters` says by how
 * many each next round grows or shrinks.
 */
export function consequences(rows) {
  return {
    boards: lines(rows, "board"),
    places: withMedals(lines(rows, "result"), lines(rows, "classification")),
    onward: lines(rows, "rounds"),
    starters: starters(rows),
    nations: lines(rows, "medals").filter((line) => line.scope.includes("noc") && counted(line)),
    points: points(rows),
  };
}

/** Whether nothing at all would be another. */
export function none(found) {
  return ["boards", "places", "onward", "nations", "points"].every(
    (part) => found[part].length === 0,
  );
}

function lines(rows, document) {
  const found = new Map();
  for (const row of rows.filter((each) => each.document === document)) {
    const key = `${row.scope} ${row.id}`;
    const line = found.get(key) ?? {
      document,
      scope: row.scope,
      id: row.id,
      name: row.name,
      noc: row.noc,
      changes: {},
    };
    line.changes[row.field] = [row.before ?? null, row.after ?? null];
    found.set(key, line);
  }
  return [...found.values()];
}

/** Put the medal that goes with a place on its line; who has only a medal gets a line of their own. */
function withMedals(places, classified) {
  const medals = new Map(
    classified.filter((line) => line.changes.medal).map((line) => [line.id, line]),
  );
  const known = new Set(places.map((line) => line.id));
  return [
    ...places.map((line) => ({ ...line, medal: medals.get(line.id) ?? null })),
    ...[...medals.values()]
      .filter((line) => !known.has(line.id))
      .map((line) => ({ ...line, changes: {}, medal: line })),
  ].sort((a, b) => after(a) - after(b));
}

function after(line) {
  return line.changes.rank?.[1] ?? (line.changes.rank ? 99 : 98);
}

function counted(line) {
  return MEDALS.some((medal) => {
    const [before, now] = line.changes[medal] ?? [];
    return (before ?? 0) !== (now ?? 0);
  });
}

/** Return by how much the rounds that follow grow: `{FINAL_A: 1}`. */
function starters(rows) {
  const found = {};
  for (const row of rows) {
    if (row.document !== "rounds" || row.field !== "to") continue;
    if (row.before) found[row.before] = (found[row.before] ?? 0) - 1;
    if (row.after) found[row.after] = (found[row.after] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(found).filter(([, by]) => by !== 0));
}

/** Return the standings' lines whose points change, the overall tables before those of a distance. */
function points(rows) {
  return lines(rows, "standings")
    .filter((line) => line.changes.points)
    .sort((a, b) => /\d/.test(table(a)) - /\d/.test(table(b)) || best(b) - best(a));
}

function best(line) {
  return Math.max(...line.changes.points.map((n) => n ?? 0));
}

/** The table of a line of the standings: "world-cup-2023-24:men" → "men". */
export function table(line) {
  return line.scope.split(":").at(-1);
}

/** Whose points elsewhere only move a rank: how many lines are left out. */
export function moved(rows) {
  const scored = new Set(
    rows
      .filter((row) => row.document === "standings" && row.field === "points")
      .map((row) => `${row.scope} ${row.id}`),
  );
  return new Set(
    rows
      .filter((row) => row.document === "standings" && row.field === "rank")
      .map((row) => `${row.scope} ${row.id}`)
      .filter((key) => !scored.has(key)),
  ).size;
}
