/** What is known of the skaters of a race: their season, this competition, each against each. Pure. */

import { rows } from "./race-state.js";

const OWN = new Set(["SB", "PB"]);
const TOLD = new Set(["UNOFFICIAL", "OFFICIAL", "CORRECTED"]);

/** Return a skater's line in the season's standings of a race, or null. */
export function season(standings, board, row) {
  const name = board.relay ? tableOf(board) : board.gender;
  const entry = standings?.tables?.[name]?.entries?.[board.relay ? row.noc : row.id];
  return entry ?? null;
}

/** Return the table of a race's kind of distance, such as `men-1000` or `mixed-2000-relay`. */
export function tableOf({ gender, metres, relay }) {
  return `${gender}-${metres}${relay ? "-relay" : ""}`;
}

/** Return a competitor's own best times over the distance of a race: `[{best, time_ms}]`. */
export function bests(known, board, row) {
  const holder = board.relay ? row.noc : row.id;
  return known
    .filter((each) => OWN.has(each.best) && each.table === tableOf(board) && each.holder === holder)
    .map(({ best, time_ms }) => ({ best, time_ms }))
    .sort((a, b) => a.best.localeCompare(b.best));
}

/** Return the best times that stand over the distance of a race, whoever holds them. */
export function standing(known, board) {
  return known.filter((each) => !OWN.has(each.best) && each.table === tableOf(board));
}

/** Return the places of a competitor in the races that are over: `[{race, name, round, rank, status}]`. */
export function places(boards, id) {
  return boards
    .filter((board) => TOLD.has(board.state))
    .flatMap((board) => {
      const row = board.rows.find((each) => each.id === id);
      if (!row || (!row.rank && !row.status)) return [];
      const { race, name, round } = board;
      return [{ race, name, round, rank: row.rank ?? null, status: row.status ?? null, time_ms: row.time_ms }];
    });
}

/**
 * Return how often each of some competitors was placed before each other, over the races that are
 * over and in which both have a place: `found[a][b]` races in which a was before b.
 */
export function against(boards, ids) {
  const found = Object.fromEntries(ids.map((a) => [a, Object.fromEntries(ids.map((b) => [b, 0]))]));
  for (const board of boards.filter((each) => TOLD.has(each.state))) {
    const ranks = new Map(board.rows.filter((row) => row.rank).map((row) => [row.id, row.rank]));
    for (const a of ids) {
      for (const b of ids) {
        if (ranks.has(a) && ranks.has(b) && ranks.get(a) < ranks.get(b)) found[a][b] += 1;
      }
    }
  }
  return found;
}

/** Return the races of a programme that are over, with the state in which they are. */
export function over(programme) {
  return rows(programme).filter((race) => TOLD.has(race.state));
}
