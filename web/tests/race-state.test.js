/** Messages into documents. */

import assert from "node:assert/strict";
import test from "node:test";
import { apply, initial, mergePatch, revisions, rows } from "../modules/race-state.js";

const play = (messages, state = initial()) =>
  messages.reduce((result, message) => apply(result.state, message), { state });
const welcome = { t: "welcome", v: 1, epoch: "e", pos: 5, mode: "snapshot", heartbeatMs: 5000 };
const snap = { t: "snap", topic: "race/a", pos: 5, rev: 4, data: { a: 1, entries: { x: { n: 1 } } } };

test("a merge patch sets, removes and nests, and leaves its input alone", () => {
  const before = { a: 1, b: { c: 2, d: 3 }, list: [1, 2] };
  const after = mergePatch(before, { a: null, b: { c: 4 }, list: [2], e: { f: 1 } });
  assert.deepEqual(after, { b: { c: 4, d: 3 }, list: [2], e: { f: 1 } });
  assert.deepEqual(before, { a: 1, b: { c: 2, d: 3 }, list: [1, 2] });
});

test("a snapshot is held, and a delta that follows it is applied", () => {
  const delta = { t: "delta", topic: "race/a", pos: 6, rev: 6, prev: 4, patch: { a: 2 } };
  const { state, changed } = play([welcome, snap, delta]);
  assert.equal(changed, "race/a");
  assert.deepEqual(state.topics["race/a"], { rev: 6, data: { a: 2, entries: { x: { n: 1 } } } });
  assert.deepEqual(revisions(state), { "race/a": 6 });
  assert.equal(state.position, 6);
});

test("a delta that does not follow is a gap, and changes nothing", () => {
  const missed = { t: "delta", topic: "race/a", pos: 9, rev: 9, prev: 7, patch: { a: 3 } };
  const held = play([welcome, snap]).state;
  const { state, gap, changed } = apply(held, missed);
  assert.equal(gap, "race/a");
  assert.equal(changed, undefined);
  assert.deepEqual(state, held);
});

test("a delta that is held already is passed over", () => {
  const held = play([welcome, snap]).state;
  const again = { t: "delta", topic: "race/a", pos: 5, rev: 4, prev: 2, patch: { a: 9 } };
  const { state, gap, changed } = apply(held, again);
  assert.equal(gap, undefined);
  assert.equal(changed, undefined);
  assert.deepEqual(state.topics, held.topics);
});

test("a heartbeat moves the position, another epoch forgets everything", () => {
  const held = play([welcome, snap, { t: "hb", pos: 11, time: "" }]).state;
  assert.equal(held.position, 11);
  const { state } = apply(held, { ...welcome, epoch: "other", pos: 2 });
  assert.deepEqual(state, { epoch: "other", label: null, position: 2, topics: {} });
});

test("rows stand in the document's order, and unknown ids are left out", () => {
  const document = { order: ["y", "x", "z"], entries: { x: { n: 1 }, y: { n: 2 } } };
  assert.deepEqual(rows(document), [
    { id: "y", n: 2 },
    { id: "x", n: 1 },
  ]);
  assert.deepEqual(rows(undefined), []);
});
