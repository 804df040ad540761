/** The rounds of a distance, and what is said of a race to those who hear it. */

import assert from "node:assert/strict";
import test from "node:test";
import { columns, shown } from "../modules/rounds.js";
import { Summary } from "../modules/summary.js";

const boards = new Map(
  ["h1", "h2", "f"].map((race) => [
    race,
    { race, state: race === "f" ? "START_LIST" : "OFFICIAL", rows: [{ id: "a", rank: 1, start_position: 1 }] },
  ]),
);

test("races stand in the columns of their rounds, with who goes on and whether that is certain", () => {
  const rounds = [
    {
      id: "HEATS",
      name: "Heat 1",
      progression: "2+1 to FINAL_A, rest to FINAL_B",
      races: [{ race: "h1", name: "Heat 1" }, { race: "h2", name: "Heat 2" }, { race: "not yet", name: "Heat 3" }],
      marks: { a: { mark: "Q", certain: false } },
    },
    { id: "FINAL_A", name: "Final A", races: [{ race: "f", name: "Final A", drawn: { stale: ["h1"] } }], marks: {} },
  ];
  const [heats, final] = columns(rounds, boards);
  assert.deepEqual([heats.name, heats.races.length, heats.progression], ["Heat", 2, "2+1 → Final A, rest → FINAL_B"]);
  assert.deepEqual(heats.races[0].rows[0].goes, { text: "Q", certain: false });
  assert.deepEqual([final.races[0].stale, final.races[0].rows[0].goes], [true, null]);
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
