/** A board into the lines of a gap chart. */

import assert from "node:assert/strict";
import test from "node:test";
import { gaps, spread, steps } from "../modules/gap-lines.js";

const board = {
  order: ["b", "a", "c"],
  entries: {
    a: { name: "Ann", start_position: 1, chart: { 1: [1, 7000], 2: [2, 16200] } },
    b: { name: "Bea", start_position: 2, chart: { 1: [2, 7100], 2: [1, 16000] } },
    c: { name: "Cia", start_position: 3, chart: { 1: [3, 7300], 2: [3, 31000] } },
  },
};
const of = (found, id) => found.lines.find((line) => line.id === id).gaps;

test("the gap is to whoever was first at the end of each lap", () => {
  const found = gaps(board);
  assert.equal(found.reference, "leader");
  assert.deepEqual(of(found, "a"), [{ row: 1, gap: 0 }, { row: 2, gap: 200 }]);
  assert.deepEqual(of(found, "b"), [{ row: 1, gap: 100 }, { row: 2, gap: 0 }]);
});

test("the gap is to any skater; who is ahead has less than nothing", () => {
  const found = gaps(board, "a");
  assert.deepEqual(of(found, "b"), [{ row: 1, gap: 100 }, { row: 2, gap: -200 }]);
  assert.equal(found.lowest, -200);
  assert.equal(gaps(board, "nobody").reference, "leader");
});

test("one who fell does not flatten the others", () => {
  assert.ok(gaps(board).limit < 1000);
  assert.equal(gaps({ order: [], entries: {} }).limit, 400);
});

test("labels keep their order and their distance, and stay inside", () => {
  assert.deepEqual(spread([10, 11, 12], 10, 0, 100), [10, 20, 30]);
  assert.deepEqual(spread([98, 99], 10, 0, 100), [90, 100]);
  assert.deepEqual(spread([50, 20], 10, 0, 100), [50, 20]);
});

test("the scale has round steps", () => {
  assert.deepEqual(steps(0, 450), [0, 100, 200, 300, 400]);
  assert.deepEqual(steps(-200, 2000), [0, 500, 1000, 1500, 2000]);
});
