/** The standings if a race ended now. */

import assert from "node:assert/strict";
import test from "node:test";
import { projected } from "../modules/projection.js";

const line = (rank, points, results, more = {}) => ({ rank, name: `N${rank}`, noc: "CAN", points, results, ...more });
const standings = {
  tables: {
    men: {
      order: ["a", "b", "c"],
      entries: {
        a: line(1, 120, { "cup/men-500": { rank: 1, points: 100 } }, { brought_in: 20 }),
        b: line(2, 80, { "cup/men-500": { rank: 2, points: 80 } }),
        c: line(3, 70, { "cup/men-500": { rank: 3, points: 70 } }),
      },
    },
  },
};
const board = (changes = {}) => ({
  state: "LIVE",
  round: "Final A",
  gender: "men",
  distance: "cup/men-1000",
  order: ["c", "d", "a"],
  entries: { a: { rank: 3 }, c: { rank: 1, name: "Cia" }, d: { rank: 2, name: "Dan", noc: "KOR" } },
  ...changes,
});

test("points of the season's own results are added in the running order", () => {
  const found = projected(standings, board());
  assert.deepEqual(
    found.rows.map(({ id, rank, points, gain, from }) => [id, rank, points, gain, from]),
    [
      ["a", 1, 190, 70, 1],
      ["c", 2, 170, 100, 3],
      ["b", 3, 80, 0, 2],
      ["d", 3, 80, 80, null],
    ],
  );
});

test("nothing is said where it could not be true", () => {
  assert.equal(projected(standings, board({ state: "OFFICIAL" })), null);
  assert.equal(projected(standings, board({ round: "Final B" })), null);
  assert.equal(projected(standings, board({ distance: "cup/men-500" })), null);
  assert.equal(projected(standings, board({ gender: "women" })), null);
  assert.equal(projected(standings, board({ order: ["a"], entries: { a: { rank: 9 } } })), null);
  const best = structuredClone(standings);
  best.tables.men.entries.a.points = 100; // a result that does not count: an unknown rule
  assert.equal(projected(best, board()), null);
});
