/** The rounds of a distance: its races with their results, and who goes on. */

import { translated, word } from "./words.js";

const BEFORE_THE_END = new Set(["SCHEDULED", "START_LIST", "LIVE", "CANCELLED"]);

async function read(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.json();
}

function path(id) {
  return id.split("/").map(encodeURIComponent).join("/");
}

/** Read the rounds of a distance and the board of every race in them, now or as of a position. */
export async function roundsOf(distance, races, as_of = null) {
  const when = as_of === null ? "" : `?as_of=${as_of}`;
  const [rounds, ...boards] = await Promise.all([
    read(`/api/v1/distances/${path(distance)}/rounds${when}`),
    ...races.map((race) => read(`/api/v1/races/${path(race.id)}/board${when}`)),
  ]);
  return columns(rounds.rows, new Map(boards.map((board) => [board.race, board])));
}

/** Return `[{name, progression, races}]` in the order of skating; finals A and B share a column. */
export function columns(rounds, boards) {
  const names = new Map(rounds.map((round) => [round.id, translated(round.name)]));
  const found = new Map();
  for (const round of rounds) {
    const name = round.name.replace(/\s+([0-9]+|[A-Z])$/, "");
    const column = found.get(name) ?? { name, progression: null, races: [] };
    found.set(name, column);
    column.progression ??= round.progression ? goingOn(round.progression, names) : null;
    column.races.push(...round.races.filter(({ race }) => boards.has(race)).map((each) => card(each, round, boards)));
  }
  return [...found.values()];
}

/** "2+1 to SF, rest to FINAL_B" → "2+1 → Semifinals, rest → Final B", in any language. */
function goingOn(progression, names) {
  return progression
    .replaceAll(" to ", " → ")
    .replace(/\brest\b/g, word("theRest"))
    .replace(/[A-Z][A-Z0-9_]+/g, (code) => names.get(code) ?? code);
}

function card({ race, name, drawn }, { marks }, boards) {
  const board = boards.get(race);
  const rows = shown(board).map((row) => ({ ...row, goes: goesOn(row, marks?.[row.id]) }));
  return { id: race, round: name, state: board.state, stale: (drawn?.stale ?? []).length > 0, rows };
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
