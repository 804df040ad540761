/** The rounds of a distance, and what is said of a race to those who hear it. */

import assert from "node:assert/strict";
import test from "node:test";
import { columns, shown } from "../modules/rounds.js";
import { Summary } from "../modules/summary.js";

test("races stand in the columns of their rounds, in the order they are skated", () => {
  const races = ["Heat 1", "Heat 2", "Semifinal 1", "Final B", "Final A"].map((round) => ({ round }));
  assert.deepEqual(
    columns(races).map(({ name, races: each }) => [name, each.length]),
    [
      ["Heat", 2],
      ["Semifinal", 1],
      ["Final", 2],
    ],
  );
});

test("a race that is not over shows who starts, and no place", () => {
  const rows = [
    { id: "b", rank: 1, start_position: 2 },
    { id: "a", rank: 2, start_position: 1 },
  ];
  assert.deepEqual(shown({ state: "LIVE", rows }).map((row) => [row.id, row.rank]), [["a", null], ["b", null]]);
  assert.deepEqual(shown({ state: "OFFICIAL", rows }).map((row) => row.rank), [1, 2]);
});

test("laps are summed up every few seconds, and the last lap at once", () => {
  let now = 0;
  const summary = new Summary(() => now);
  const board = (toGo) => ({ state: "LIVE", laps_to_go: toGo, order: ["a"], entries: { a: { rank: 1, name: "Ann" } } });
  assert.equal(summary.of(board(5)), "5 laps to go. 1 Ann");
  now = 2000;
  assert.equal(summary.of(board(4)), null);
  now = 5001;
  assert.equal(summary.of(board(3)), "3 laps to go. 1 Ann");
  now = 5002;
  assert.equal(summary.of(board(1)), "Last lap. 1 Ann");
  assert.equal(summary.of(board(1)), null);
});
