/** Finish orders and times, as the photo-finish judge keys them. */

import assert from "node:assert/strict";
import test from "node:test";
import {
  disagreeing,
  groupsOf,
  moved,
  otherTimes,
  outranking,
  places,
  readOrder,
  readTime,
  recordedTimes,
  tied,
  without,
} from "../modules/finish.js";

const rows = [
  { id: "ann", helmet: 10, start_position: 1, rank: 2 },
  { id: "bea", helmet: 7, start_position: 2, rank: 1 },
  { id: "cia", helmet: 6, start_position: 3, rank: 2 },
  { id: "dee", helmet: null, start_position: 4, rank: null },
];

test("an order is keyed by helmet numbers, with = for a dead heat", () => {
  assert.deepEqual(readOrder("10 7=6 4", rows), {
    groups: [["ann"], ["bea", "cia"], ["dee"]],
    unknown: [],
    twice: [],
  });
  assert.deepEqual(readOrder(" 10, 7 = 6 ", rows).groups, [["ann"], ["bea", "cia"]]);
});

test("who is nobody here, or stands twice, is named", () => {
  assert.deepEqual(readOrder("10 99 10", rows), {
    groups: [["ann"]],
    unknown: ["99"],
    twice: ["10"],
  });
});

test("times are read with and without points, and no time is a time of its own", () => {
  assert.equal(readTime("40078"), 40078);
  assert.equal(readTime("40.078"), 40078);
  assert.equal(readTime("40,078"), 40078);
  assert.equal(readTime("1:26.406"), 86406);
  assert.equal(readTime("126406"), 86406);
  assert.equal(readTime("nt"), null);
  for (const wrong of ["", "40", "40.1", "99.000", "1:60.000", "abc"])
    assert.equal(readTime(wrong), undefined, wrong);
});

test("the place after a dead heat is left out", () => {
  assert.deepEqual(places([["a"], ["b", "c"], ["d"]]), { a: 1, b: 2, c: 2, d: 4 });
  assert.deepEqual(groupsOf(rows), [["bea"], ["ann", "cia"]]);
});

test("the times of a source are those it recorded last and did not take back", () => {
  const times = (version, time_source, own, attempt = 1) => ({
    version,
    type: "FinishTimesRecorded",
    data: {
      attempt,
      time_source,
      times: Object.entries(own).map(([competitor, time_ms]) => ({ competitor, time_ms })),
    },
  });
  const facts = [
    times(1, "photo", { ann: 41000, bea: 41500 }),
    times(2, "hand", { ann: 41200 }),
    times(3, "photo", { bea: null }),
    times(4, "photo", { ann: 39000 }),
    times(5, "photo", { ann: 50000 }, 2),
    { version: 6, type: "FactRetracted", data: { target: 4 } },
  ];
  assert.deepEqual(recordedTimes(facts, 1, "photo"), { ann: 41000, bea: null });
  assert.deepEqual(recordedTimes(facts, 1, "hand"), { ann: 41200 });
  assert.deepEqual(recordedTimes(facts, 2, "hand"), {});
});

test("an amended time stands at its old place", () => {
  const photo = (times) => ({ attempt: 1, time_source: "photo", times });
  const ann = [{ competitor: "ann", time_ms: 41000 }];
  const facts = [
    { version: 3, type: "FinishTimesRecorded", data: photo(ann) },
    {
      version: 4,
      type: "FactAmended",
      data: { target: 3, replacement: photo([{ competitor: "ann", time_ms: 41007 }]) },
    },
  ];
  assert.deepEqual(recordedTimes(facts, 1, "photo"), { ann: 41007 });
});

test("somebody is moved, joined with the one before, parted again, taken out", () => {
  const groups = [["a"], ["b"], ["c"]];
  assert.deepEqual(moved(groups, "c", 0), [["c"], ["a"], ["b"]]);
  assert.deepEqual(moved(groups, "a", 2), [["b"], ["c"], ["a"]]);
  assert.deepEqual(moved(groups, "b", 99), [["a"], ["c"], ["b"]]);
  const joined = tied(groups, "b");
  assert.deepEqual(joined, [["a", "b"], ["c"]]);
  assert.deepEqual(tied(joined, "b"), groups);
  assert.deepEqual(tied(groups, "a"), groups);
  assert.deepEqual(without(joined, "a"), [["b"], ["c"]]);
});

test("a time that is faster than the place before is pointed out", () => {
  assert.deepEqual(disagreeing([["a"], ["b"], ["c"]], { a: 40100, b: 40078, c: 41000 }), ["b"]);
  assert.deepEqual(disagreeing([["a"], ["b"]], { a: 40100, b: null }), []);
});

test("the last word of every other source stands beside one's own", () => {
  const times = [
    { time_source: "photo", time_ms: 42010, counts: true },
    { time_source: "photo", time_ms: 42000, counts: false },
    { time_source: "hand", time_ms: 41900, counts: false },
  ];
  assert.deepEqual(otherTimes(times, "hand"), [times[0]]);
  assert.deepEqual(otherTimes(times, "photo"), [times[2]]);
  assert.deepEqual(otherTimes(undefined, "photo"), []);
});

test("a source is outranked by a stronger one alone", () => {
  const times = [{ time_source: "transponder", time_ms: 42010, counts: true }];
  assert.equal(outranking(times, "hand"), true);
  assert.equal(outranking(times, "transponder"), false);
  assert.equal(outranking(times, "photo"), false);
});
