/** What a decision asks of the server, before and when it is sent. */

import assert from "node:assert/strict";
import test from "node:test";
import { consequences, none } from "../modules/consequences.js";
import * as decision from "../modules/decision.js";
import { grid, inWords } from "../modules/infringements.js";
import { undoable } from "../modules/taking-back.js";

const RACE = "cup/women-500/final-a";
const result = {
  race: RACE,
  state: "UNOFFICIAL",
  official: false,
  attempt: 1,
  version: 20,
  decisions: [],
};
const draft = {
  ...decision.blank(),
  competitor: "ann",
  reason: "Arm block",
  infringement: "F3",
  zone: "finish",
};

test("a draft says enough when it says who and why", () => {
  assert.equal(decision.complete(decision.blank()), false);
  assert.equal(decision.complete(draft), true);
});

test("an advancement of the victim names the penalty that comes just before it", () => {
  const both = decision.commands(
    RACE,
    { ...draft, victim: "bea", advance: true },
    { embargo: true, next: 21 },
  );
  assert.deepEqual(
    both.map((each) => each.type),
    ["CallPenalty", "GrantAdvancement"],
  );
  assert.equal(both[1].competitor, "bea");
  assert.equal(both[1].cause, 21);
  assert.ok(both.every((each) => each.embargo));
});

test("before a decision, the settled result is asked for with it and without it", () => {
  const asked = decision.deciding(result, [], draft);
  assert.deepEqual(
    asked.races[0].add.map((each) => each.type),
    ["CallPenalty", "DeclareResultOfficial"],
  );
  assert.deepEqual(
    asked.against[0].add.map((each) => each.type),
    ["DeclareResultOfficial"],
  );
});

test("an official result is settled by a correction, a running race by nothing", () => {
  const types = (state, more = {}, facts = []) =>
    decision.settling({ ...result, state, ...more }, facts).map((each) => each.type);
  assert.deepEqual(types("OFFICIAL", { official: true }), ["CorrectResult"]);
  assert.deepEqual(types("LIVE"), []);
  assert.deepEqual(types("UNDER_REVIEW"), ["EndRace", "DeclareResultOfficial"]);
  const end = { type: "RaceEnded", version: 9, data: { attempt: 1 } };
  assert.deepEqual(types("UNDER_REVIEW", {}, [end]), ["DeclareResultOfficial"]);
  const back = { type: "FactRetracted", version: 10, data: { target: 9 } };
  assert.deepEqual(types("UNDER_REVIEW", {}, [end, back]), ["EndRace", "DeclareResultOfficial"]);
});

test("an undo asks what the public sees at once, and what is settled later", () => {
  const command = { type: "RetractFact", race: RACE, target: 7, reason: "x" };
  const open = decision.undoing(result, [], command);
  assert.deepEqual(open.now, { races: [{ race: RACE, add: [command] }] });
  assert.deepEqual(open.later.against[0].add.length, 1);
  const official = decision.undoing({ ...result, state: "OFFICIAL", official: true }, [], command);
  assert.equal(official.now, null);
  assert.equal(decision.undoing({ ...result, state: "LIVE" }, [], command).later, null);
});

test("a second penalty in a race suggests a yellow card, a second yellow card a red one", () => {
  const ruleset = { penalties_to_yellow: 2, yellow_cards_to_red: 2 };
  const first = { in_force: true, competitor: "ann", kind: "PEN" };
  const known = { decisions: [first], shown: {}, ruleset };
  assert.equal(decision.escalation(draft, known).step, "YC");
  assert.equal(decision.escalation(draft, { ...known, decisions: [] }), null);
  const yellow = { ...draft, sanction: "YC" };
  assert.equal(
    decision.escalation(yellow, { ...known, shown: { ann: { YC: 1, RC: 0 } } }).step,
    "RC",
  );
});

test("cards are counted by the journal, without those that were taken back", () => {
  const card = (version) => ({
    type: "PenaltyCalled",
    race: RACE,
    version,
    data: { competitor: "ann", sanction: "YC" },
  });
  const gone = { type: "DecisionWithdrawn", race: RACE, version: 9, data: { decision: 4 } };
  assert.deepEqual(decision.cards([card(3), card(4), gone]), { ann: { YC: 1, RC: 0 } });
});

test("infringements stand by where and what, and what has no code can be said in words", () => {
  const found = grid([
    { code: "C3", text: "Arm block in the corner", zone: "corner" },
    { code: "F3", text: "Arm block at the finish", zone: "finish" },
    { code: "F6", text: "Kicking out at the finish", zone: "finish" },
    { code: "R1", text: "Missed touch", zone: "relay" },
  ]);
  assert.deepEqual(found.columns, ["corner", "finish"]);
  assert.deepEqual(
    found.rows.map((row) => [row.what, row.cells.corner?.code, row.cells.finish?.code]),
    [
      ["Arm block", "C3", "F3"],
      ["Kicking out", undefined, "F6"],
    ],
  );
  assert.deepEqual(Object.keys(found.others), ["relay"]);
  assert.deepEqual(inWords("Kicking out", "corner"), {
    code: "",
    text: "Kicking out, in the corner",
    zone: "corner",
  });
});

test("differences are put together by what they are about", () => {
  const row = (document, scope, id, field, before, after) => ({
    document,
    scope,
    id,
    name: id,
    noc: "CAN",
    field,
    before,
    after,
  });
  const found = consequences([
    row("result", RACE, "ann", "rank", 1, null),
    row("result", RACE, "bea", "rank", 2, 1),
    row("classification", "cup/women-500", "bea", "medal", "silver", "gold"),
    row("rounds", "cup/women-500 SF", "ann", "to", "FINAL_A", null),
    row("rounds", "cup/women-500 SF", "bea", "to", null, "FINAL_A"),
    row("medals", "cup:noc-all", "CAN", "gold", null, 0),
    row("standings", "season:women-500", "bea", "points", 80, 100),
    row("standings", "season:women", "bea", "points", 80, 100),
  ]);
  assert.deepEqual(
    found.places.map((line) => [line.id, Boolean(line.medal)]),
    [
      ["bea", true],
      ["ann", false],
    ],
  );
  assert.deepEqual(found.starters, {});
  assert.deepEqual(found.nations, []);
  assert.deepEqual(
    found.points.map((line) => line.scope),
    ["season:women", "season:women-500"],
  );
  assert.equal(none(found), false);
  assert.equal(none(consequences([])), true);
});

test("what may be taken back is said in words, the latest first, and a decision is withdrawn", () => {
  const crossing = (version, elapsed_ms) => ({
    type: "CrossingRecorded",
    version,
    occurred_at: "2024-02-11T14:31:07Z",
    official: "lap recorder",
    data: { competitor: "ann", attempt: 1, elapsed_ms, at_ms: elapsed_ms },
  });
  const facts = [
    crossing(5, 7000),
    crossing(6, 25000),
    crossing(7, 16000),
    { type: "FactRetracted", version: 8, data: { target: 5 } },
  ];
  const decided = {
    version: 9,
    kind: "PEN",
    competitor: "ann",
    reason: "Arm block",
    in_force: true,
    announced: false,
  };
  const found = undoable({ ...result, decisions: [decided] }, facts, (id) => id.toUpperCase());
  assert.deepEqual(
    found.map((each) => each.text),
    ["penalty, not announced yet: Arm block", "crossing 1 at 16.000", "crossing 2 at 25.000"],
  );
  assert.deepEqual(found[0].command("no"), {
    type: "WithdrawDecision",
    race: RACE,
    decision: 9,
    reason: "no",
    embargo: true,
  });
  assert.deepEqual(found[1].command("no"), {
    type: "RetractFact",
    race: RACE,
    target: 7,
    reason: "no",
  });
});

test("times and orders are named by whose they are, up to four", () => {
  const times = ["ann", "bea", "cia", "dee", "eva"].map((competitor, i) => ({
    competitor,
    time_ms: i === 1 ? null : 41000 + i,
  }));
  const facts = [
    { version: 1, type: "FinishOrderRecorded", data: { attempt: 1, groups: [["ann", "bea"], ["cia"]] } },
    { version: 2, type: "FinishTimesRecorded", data: { attempt: 1, time_source: "hand", times } },
  ];
  const found = undoable({ race: RACE, attempt: 1 }, facts, (id) => id.toUpperCase());
  assert.deepEqual(
    found.map((each) => each.text),
    [
      "finish times by hand: ANN 41.000, BEA no time, CIA 41.002, DEE 41.003 and 1 more",
      "finish order: ANN = BEA, CIA",
    ],
  );
});
