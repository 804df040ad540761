/** A board into the lines of a gap chart: who was how far behind whom, lap by lap. Pure. */

import { lines } from "./chart-lines.js";

const LEAST_LIMIT_MS = 400;
const CROWD = 2.5;

/** The reference that is not a competitor: whoever was first at the end of each lap. */
export const LEADER = "leader";

/**
 * Return `{lines, reference, limit, lowest}`: every line has `gaps`, `[{row, gap}]` in milliseconds
 * behind the reference, less than nothing for who was ahead of it.
 *
 * `limit` is the largest gap that is drawn to scale: one who fell must not flatten all the others.
 */
export function gaps(board, wanted = LEADER) {
  const all = lines(board);
  const reference = all.some((line) => line.id === wanted) ? wanted : LEADER;
  const base = reference === LEADER ? leaders(all) : times(all.find((line) => line.id === reference));
  const found = all.map((line) => ({
    ...line,
    gaps: [...times(line)]
      .filter(([row]) => base.has(row))
      .map(([row, elapsed]) => ({ row, gap: elapsed - base.get(row) })),
  }));
  const values = found.flatMap((line) => line.gaps.map(({ gap }) => gap));
  const behind = values.filter((gap) => gap > 0).sort((a, b) => a - b);
  const most = behind.at(-1) ?? 0;
  const usual = behind[Math.floor(behind.length / 2)] ?? 0;
  return {
    lines: found,
    reference,
    limit: Math.max(LEAST_LIMIT_MS, Math.min(most, usual * CROWD)),
    lowest: Math.max(Math.min(0, ...values), -Math.max(LEAST_LIMIT_MS, usual * CROWD)),
  };
}

/** Return the elapsed time of a line by lap row. */
function times(line) {
  return new Map(
    line.points.filter((point) => point.row > 0 && point.elapsed).map(({ row, elapsed }) => [row, elapsed]),
  );
}

function leaders(all) {
  const best = new Map();
  for (const line of all) {
    for (const [row, elapsed] of times(line)) {
      best.set(row, Math.min(best.get(row) ?? Infinity, elapsed));
    }
  }
  return best;
}

/** Return heights at least `room` apart and as near as can be to the wanted ones, in their order. */
export function spread(wanted, room, top, bottom) {
  const order = wanted.map((y, i) => [y, i]).sort((a, b) => a[0] - b[0]);
  const placed = new Array(wanted.length);
  let least = top;
  for (const [y, i] of order) {
    placed[i] = Math.max(y, least);
    least = placed[i] + room;
  }
  let most = bottom;
  for (const [, i] of order.reverse()) {
    placed[i] = Math.min(placed[i], most);
    most = placed[i] - room;
  }
  return placed;
}

/** Return round steps between two gaps, in milliseconds. */
export function steps(lowest, limit) {
  const step = [100, 200, 500, 1000, 2000, 5000, 10000].find((ms) => (limit - lowest) / ms <= 6) ?? 20000;
  const found = [];
  for (let ms = Math.ceil(lowest / step) * step + 0; ms <= limit; ms += step) found.push(ms);
  return found;
}
