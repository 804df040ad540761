/** The rounds of a distance: its races with their results, and who goes on. */

const BEFORE_THE_END = new Set(["SCHEDULED", "START_LIST", "LIVE", "CANCELLED"]);

async function read(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.json();
}

function path(id) {
  return id.split("/").map(encodeURIComponent).join("/");
}

/** Read the rounds of a distance and the board of every race in them. */
export async function roundsOf(distance, races) {
  const [rounds, ...boards] = await Promise.all([
    read(`/api/v1/distances/${path(distance)}/rounds`),
    ...races.map((race) => read(`/api/v1/races/${path(race.id)}/board`)),
  ]);
  return columns(rounds.rows, new Map(boards.map((board) => [board.race, board])));
}

/** Return `[{name, progression, races}]`, the rounds in the order in which they are skated. */
export function columns(rounds, boards) {
  return rounds.map(({ name, progression, races, marks }) => ({
    name: name.replace(/\s+([0-9]+|[A-Z])$/, ""),
    progression: progression ?? null,
    races: races
      .filter(({ race }) => boards.has(race))
      .map(({ race, name: round, drawn }) => {
        const board = boards.get(race);
        const rows = shown(board).map((row) => ({ ...row, goes: goesOn(row, marks?.[row.id]) }));
        return { id: race, round, state: board.state, stale: (drawn?.stale ?? []).length > 0, rows };
      }),
  }));
}

/** Return the rows that may stand in a bracket: before the end nobody has a place. */
export function shown(board) {
  const open = BEFORE_THE_END.has(board.state);
  const found = board.rows.map((row) => (open ? { ...row, rank: null, time_ms: null, status: null } : row));
  return open ? found.sort((a, b) => a.start_position - b.start_position) : found;
}

/** Return how somebody goes on: `{text, certain}`; what may still change is never certain. */
function goesOn(row, mark) {
  if (mark?.mark) return { text: mark.mark, certain: mark.certain };
  return row.mark ? { text: row.mark, certain: true } : null;
}
