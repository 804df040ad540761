/** What an announcer is told: milestones, seasons, head to head. */

import assert from "node:assert/strict";
import test from "node:test";
import { against, bests, places, season, standing } from "../modules/facts.js";
import { milestones, story } from "../modules/milestones.js";

const board = (order, changes = {}) => ({
  race: "r",
  attempt: 1,
  state: "LIVE",
  laps_to_go: 4,
  lap: 3,
  order,
  entries: Object.fromEntries(order.map((id, i) => [id, { name: id.toUpperCase(), rank: i + 1 }])),
  ...changes,
});
const told = (before, after) => milestones(before, after).map(({ kind, text }) => [kind, text]);

test("a change at the front is told at once, with the laps to go", () => {
  assert.deepEqual(told(board(["a", "b"]), board(["b", "a"])), [["lead", "B takes the lead with 4 to go"]]);
  assert.deepEqual(told(board(["a", "b"]), board(["a", "b"])), []);
  assert.deepEqual(told(board(["a", "b"]), board(["a", "b"], { laps_to_go: 3 })), [["lap", "A leads with 3 to go"]]);
});

test("the bell, a fall, a climb and a penalty are told once", () => {
  const bell = board(["a", "b", "c", "d"], { laps_to_go: 1 });
  assert.deepEqual(told(board(["a", "b", "c", "d"], { laps_to_go: 2 }), bell), [
    ["bell", "Bell: A leads into the last lap"],
  ]);
  assert.deepEqual(told(bell, board(["a", "d", "b", "c"], { laps_to_go: 1 })), [["climb", "D up from 4th to 2nd"]]);
  const down = structuredClone(bell);
  down.entries.b.fallen = true;
  assert.deepEqual(told(bell, down), [["fall", "B falls"]]);
  assert.deepEqual(told(down, down), []);
  const called = structuredClone(bell);
  called.entries.c.penalty = { text: "Pushed" };
  assert.deepEqual(told(bell, called), [["penalty", "Penalty: C (Pushed)"]]);
});

test("who comes late is told the race so far from its lap chart", () => {
  const late = board(["b", "a"], { laps_total: 4 });
  late.entries.a.chart = { 1: [1], 2: [2] };
  late.entries.b.chart = { 1: [2], 2: [1] };
  late.entries.a.marks = { 7: { kind: "fall", row: 2 } };
  assert.deepEqual(
    story(late).map(({ lap, text }) => [lap, text]),
    [
      [1, "A leads with 3 to go"],
      [2, "A falls"],
      [2, "B takes the lead with 2 to go"],
    ],
  );
});

test("start, finish and what becomes of the result are told; another race tells nothing", () => {
  const list = board(["a", "b"], { state: "START_LIST" });
  assert.deepEqual(told(list, board(["a", "b"])), [["start", "The gun: A, B are away"]]);
  const finish = board(["b", "a"], { laps_to_go: 0 });
  assert.deepEqual(told(board(["b", "a"], { laps_to_go: 1 }), finish), [["finish", "B first across the line"]]);
  assert.deepEqual(told(finish, { ...finish, state: "OFFICIAL" }), [["state", "Status: Official"]]);
  assert.deepEqual(told(undefined, finish), []);
  assert.deepEqual(told({ ...finish, race: "other" }, finish), []);
});

const boards = [
  { race: "1", name: "500", round: "Final A", state: "OFFICIAL", rows: [{ id: "a", rank: 1 }, { id: "b", rank: 2 }] },
  { race: "2", name: "1000", round: "Heat", state: "UNOFFICIAL", rows: [{ id: "b", rank: 1 }, { id: "a", status: "PEN" }] },
  { race: "3", name: "1500", round: "Heat", state: "UNDER_REVIEW", rows: [{ id: "b", rank: 1 }, { id: "a", rank: 2 }] },
];

test("head to head counts races in which both have a place, and none that is under review", () => {
  assert.deepEqual(against(boards, ["a", "b"]), { a: { a: 0, b: 1 }, b: { a: 0, b: 0 } });
  assert.deepEqual(places(boards, "a").map(({ name, rank, status }) => [name, rank, status]), [
    ["500", 1, null],
    ["1000", null, "PEN"],
  ]);
});

test("a skater's season is found in the table of the race, a team's by its NOC", () => {
  const tables = { men: { entries: { a: { points: 9 } } }, "men-5000-relay": { entries: { KOR: { points: 5 } } } };
  assert.equal(season({ tables }, { gender: "men" }, { id: "a" }).points, 9);
  const relay = { relay: true, gender: "men", metres: 5000 };
  assert.equal(season({ tables }, relay, { id: "kor-men", noc: "KOR" }).points, 5);
  assert.equal(season({ tables }, { gender: "women" }, { id: "a" }), null);
});

test("best times are those of the race's own distance and of the skater", () => {
  const known = [
    { best: "SB", table: "men-1000", holder: "a", time_ms: 85130 },
    { best: "PB", table: "men-1000", holder: "a", time_ms: 84000 },
    { best: "PB", table: "men-500", holder: "a", time_ms: 40078 },
    { best: "WR", table: "men-1000", holder: "z", time_ms: 80875 },
  ];
  const race = { gender: "men", metres: 1000, relay: false };
  assert.deepEqual(bests(known, race, { id: "a" }), [
    { best: "PB", time_ms: 84000 },
    { best: "SB", time_ms: 85130 },
  ]);
  assert.deepEqual(standing(known, race).map((each) => each.holder), ["z"]);
});
