/** The races of a distance with their results, sorted into rounds. */

const BEFORE_THE_END = new Set(["SCHEDULED", "START_LIST", "LIVE", "CANCELLED"]);

/** Read the board of every race; one that has not been drawn yet has no rows. */
export async function roundsOf(races) {
  return Promise.all(
    races.map(async (race) => {
      const address = `/api/v1/races/${race.id.split("/").map(encodeURIComponent).join("/")}/board`;
      const response = await fetch(address, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(`${address}: ${response.status}`);
      const board = await response.json();
      return { ...race, state: board.state, rows: shown(board) };
    }),
  );
}

/** Return the rows that may stand in a bracket: before the end nobody has a place. */
export function shown(board) {
  const open = BEFORE_THE_END.has(board.state);
  const found = board.rows.map((row) => (open ? { ...row, rank: null, time_ms: null, status: null } : row));
  return open ? found.sort((a, b) => a.start_position - b.start_position) : found;
}

/** "Heat 3" → "Heat", "Final B" → "Final". */
export function roundName(name) {
  return (name ?? "").replace(/\s+([0-9]+|[A-Z])$/, "");
}

/** Return `[{name, races}]`, the rounds in the order in which they are skated. */
export function columns(races) {
  const found = new Map();
  for (const race of races) {
    const name = roundName(race.round);
    found.set(name, [...(found.get(name) ?? []), race]);
  }
  return [...found].map(([name, each]) => ({ name, races: each }));
}
