/** What a race would do to the standings if it ended in the order it has now. Pure. */

import { tableOf } from "./facts.js";
import { rows } from "./race-state.js";

const OPEN = new Set(["LIVE", "UNCONFIRMED", "UNOFFICIAL", "UNDER_REVIEW"]);

/**
 * Return `{table, rows: [{id, name, family_name, noc, rank, points, gain, from}]}`, or null where
 * nothing true can be said.
 *
 * Points are those that the season's own results gave for the same rank. Only a Final A is looked
 * at: its places are the first of the distance. Bonuses and decisions to come are left out.
 */
export function projected(standings, board) {
  if (!OPEN.has(board?.state) || board.round !== "Final A") return null;
  const name = board.relay ? tableOf(board) : board.gender;
  const table = standings?.tables?.[name];
  const lines = rows(table);
  if (lines.length === 0 || lines.some((line) => counted(line) !== line.points)) return null;
  if (lines.some((line) => board.distance in (line.results ?? {}))) return null;
  const points = pointsByRank(lines);
  const racing = rows(board).filter((row) => row.rank);
  if (racing.length === 0 || racing.some((row) => !points.has(row.rank))) return null;
  const found = new Map(lines.map((line) => [line.id, { ...line, gain: 0, from: line.rank }]));
  for (const row of racing) {
    const id = board.relay ? row.noc : row.id;
    const line = found.get(id) ?? { id, ...row, points: 0, from: null };
    const gain = points.get(row.rank);
    const family = line.family_name || row.family_name;
    found.set(id, { ...line, family_name: family, gain, points: line.points + gain });
  }
  return { table: name, rows: ranked([...found.values()]) };
}

/** Return what a line's parts come to; where they do not make its points, a rule is unknown here. */
function counted(line) {
  const results = Object.values(line.results ?? {}).reduce((sum, each) => sum + each.points, 0);
  return results + (line.bonus ?? 0) + (line.brought_in ?? 0);
}

function pointsByRank(lines) {
  const found = new Map();
  for (const { rank, points } of lines.flatMap((line) => Object.values(line.results ?? {}))) {
    if (points) found.set(rank, Math.max(points, found.get(rank) ?? 0));
  }
  return found;
}

function ranked(lines) {
  lines.sort((a, b) => b.points - a.points || (a.from ?? Infinity) - (b.from ?? Infinity));
  let rank = 0;
  return lines.map((line, i) => {
    if (i === 0 || line.points !== lines[i - 1].points) rank = i + 1;
    return { ...line, rank };
  });
}
