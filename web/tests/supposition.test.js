/** What is supposed of a race. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { choices, supposition } from "../modules/supposition.js";

const RACE = "cup/women-500/final-a";
const fall = { position: 8, type: "FallRecorded", competitor: "bea" };
const review = { position: 9, type: "ReviewOpened", competitor: null };
const penalty = { position: 12, type: "PenaltyCalled", competitor: "ann" };
const ticks = [fall, review, penalty];

test("a fact may be left out, be another's, be decided otherwise, or have happened earlier", () => {
  assert.deepEqual(choices(penalty, ticks, ["ann", "bea"]), {
    otherwise: ["PEN", "YC", "RC"],
    people: ["bea"],
    before: [review, fall],
  });
  assert.deepEqual(choices(fall, ticks, ["ann", "bea"]), { otherwise: [], people: ["ann"], before: [] });
  assert.deepEqual(choices(review, ticks, ["ann", "bea"]).people, []);
  const many = Array.from({ length: 40 }, (_, position) => ({ position, type: "CrossingRecorded" }));
  assert.deepEqual(choices(many[30], many, []).before.map((each) => each.position), [29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18]);
});

test("what was chosen is a question", () => {
  const chosen = new Map([
    [8, "drop"],
    [9, ""],
    [12, "competitor:bea"],
    [13, "sanction:YC"],
    [14, "before:12"],
  ]);
  const added = [
    { decision: "RC", competitor: "ann" },
    { decision: "ADV", competitor: "cia" },
  ];
  assert.deepEqual(supposition(RACE, chosen, added), {
    race: RACE,
    drop: [8],
    change: { 12: { competitor: "bea" }, 13: { sanction: "YC" } },
    move: [[14, 12]],
    add: [
      { type: "CallPenalty", race: RACE, competitor: "ann", reason: "Supposed", sanction: "RC" },
      { type: "GrantAdvancement", race: RACE, competitor: "cia", reason: "Supposed" },
    ],
  });
});
