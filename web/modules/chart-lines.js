/** A board into the lines of a lap chart. Pure: ranks by row in, points out. */

import { rows } from "./race-state.js";

/** Marks that set lines apart beside their colour. */
export const DASHES = ["", "10 5", "3 4", "14 4 3 4", "6 3", "2 3", "16 6", "8 3 2 3", "4 6", "12 3"];

/**
 * Return one line for each competitor, in start order:
 * `{id, name, noc, helmet, status, points: [{row, rank}], marks: [{kind, row, rank}], last}`.
 *
 * Row 0 is the start, with ranks by start position.
 */
export function lines(board) {
  const competitors = rows(board).sort((a, b) => a.start_position - b.start_position);
  return competitors.map((competitor, index) => {
    const points = [{ row: 0, rank: index + 1 }];
    for (const [row, [rank, elapsed, source]] of Object.entries(competitor.chart ?? {})) {
      points.push({ row: Number(row), rank, elapsed, source });
    }
    points.sort((a, b) => a.row - b.row);
    const at = new Map(points.map((point) => [point.row, point.rank]));
    const last = points.at(-1);
    const called = competitor.penalty ? [{ kind: "penalty", row: competitor.penalty.lap ?? last.row }] : [];
    const marks = [...Object.values(competitor.marks ?? {}), ...called].map((mark) => ({
      ...mark,
      rank: at.get(mark.row) ?? last.rank,
      pending: !at.has(mark.row),
    }));
    return { ...competitor, index, points, marks, last };
  });
}

const TICK_ROOM = 20;

/** Return the rows that get a number on an axis of some pixels: all, or every third, or fifth. */
export function ticks(total, room = Infinity) {
  const usual = total > 20 ? 5 : total > 14 ? 3 : 1;
  const step = [1, 3, 5].find((each) => each >= usual && (room / total) * each >= TICK_ROOM) ?? 10;
  const found = [];
  for (let row = step === 1 ? 1 : step; row <= total; row += step) found.push(row);
  if (found.at(-1) !== total && (room / total) * (total - found.at(-1)) < TICK_ROOM) found.pop();
  if (found.at(-1) !== total) found.push(total);
  return found;
}

/** Return the laps in words, for a table that screen readers can read. */
export function table(board) {
  const all = lines(board);
  const total = Math.max(0, ...all.map((line) => line.last.row));
  return Array.from({ length: total }, (_, i) => {
    const row = i + 1;
    const order = all
      .map((line) => ({ line, point: line.points.find((point) => point.row === row) }))
      .filter(({ point }) => point)
      .sort((a, b) => a.point.rank - b.point.rank)
      .map(({ line, point }) => ({ id: line.id, name: line.name, elapsed: point.elapsed }));
    return { row, order };
  });
}
