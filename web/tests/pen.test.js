/** Whose crossings count, as the console tells it. */

import assert from "node:assert/strict";
import test from "node:test";
import { Pen } from "../modules/pen.js";

const missing = { kind: "missing", device: "tablet-2", competitor: "bea-two", row: 2, at_ms: 16_000, observation: 9 };
const document = {
  pen: { device: "tablet-1", official: "Ann" },
  rows: [
    { id: "1", agreed: true },
    { id: "2", agreed: false },
  ],
  opinions: [{ device: "tablet-2", time_source: "hand" }],
  differences: [missing, { ...missing, kind: "extra", competitor: "dee-four", row: 1, at_ms: 17_000 }],
};

test("nothing is known before the server was heard", () => {
  const pen = new Pen("tablet-1");
  assert.deepEqual([pen.holder, pen.elsewhere, pen.text], [null, false, "no pen"]);
  assert.equal(pen.adoptable(60_000), null);
});

test("the holder is told how much is agreed, the other whose the pen is", () => {
  const [one, two] = [new Pen("tablet-1"), new Pen("tablet-2")];
  for (const pen of [one, two]) pen.hear(document);
  assert.deepEqual([one.elsewhere, one.text], [false, "pen: here · agreed 1/2"]);
  assert.deepEqual([two.elsewhere, two.text], [true, "pen: tablet-1 · agreed 1/2"]);
  two.device = "tablet-1";
  assert.equal(two.elsewhere, false);
});

test("a difference is shown once the other hand has had time", () => {
  const pen = new Pen("tablet-1");
  pen.hear(document);
  assert.equal(pen.adoptable(18_500), null);
  assert.equal(pen.adoptable(19_500).observation, 9);
  assert.deepEqual([...pen.differences(60_000)], [
    ["bea-two", "G: other saw lap 2"],
    ["dee-four", "other lacks lap 1"],
  ]);
  assert.deepEqual([...pen.differences(null)], []);
});

test("nobody adopts what they saw themselves", () => {
  const pen = new Pen("tablet-2");
  pen.hear(document);
  assert.equal(pen.adoptable(60_000), null);
  assert.equal(pen.differences(60_000).get("bea-two"), "the pen lacks lap 2");
});
