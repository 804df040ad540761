/** A board into the lines of a lap chart. */

import assert from "node:assert/strict";
import test from "node:test";
import { lines, table, ticks } from "../modules/chart-lines.js";

const board = {
  order: ["b", "a"],
  entries: {
    a: {
      name: "Ann",
      start_position: 1,
      chart: { 1: [1, 7000], 2: [2, 16200, "reconstructed"] },
      marks: { 9: { kind: "fall", row: 3 } },
    },
    b: { name: "Bea", start_position: 2, chart: { 1: [2, 7100], 2: [1, 16000] } },
  },
};

test("a line begins at the start position and follows the ranks by row", () => {
  const [a, b] = lines(board);
  assert.deepEqual(a.points.map((p) => [p.row, p.rank]), [[0, 1], [1, 1], [2, 2]]);
  assert.deepEqual(b.points.map((p) => [p.row, p.rank]), [[0, 2], [1, 2], [2, 1]]);
  assert.deepEqual([a.marks[0].rank, a.marks[0].pending], [2, true]);
});

test("short races number every row, long ones every fifth and the last", () => {
  assert.deepEqual(ticks(5), [1, 2, 3, 4, 5]);
  assert.deepEqual(ticks(45), [5, 10, 15, 20, 25, 30, 35, 40, 45]);
  assert.deepEqual(ticks(27), [5, 10, 15, 20, 25, 27]);
});

test("on a narrow axis no number touches the next", () => {
  assert.deepEqual(ticks(14, 200), [3, 6, 9, 12, 14]);
  assert.deepEqual(ticks(45, 100), [10, 20, 30, 45]);
});

test("the table says the order of every lap", () => {
  assert.deepEqual(
    table(board).map(({ row, order }) => [row, order.map((o) => o.name)]),
    [
      [1, ["Ann", "Bea"]],
      [2, ["Bea", "Ann"]],
    ],
  );
});
