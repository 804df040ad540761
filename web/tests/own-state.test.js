/** A race with what a device has keyed and not sent. */

import assert from "node:assert/strict";
import test from "node:test";
import { ownState } from "../modules/own-state.js";

const RACE = { race: "a/b/c", state: "START_LIST", laps_to_go: 5 };
const AT = "2026-01-10T10:00:00.000Z";

function entry(type, { state = "queued", race = RACE.race, receipt = null } = {}) {
  return { state, receipt, envelope: { command: { type, race }, occurred_at: AT } };
}

function keyed(entries, race = RACE, heard = undefined) {
  const { state, unsent, stopped = false } = ownState(race, entries, heard);
  return [state, unsent, stopped];
}

test("a gun that waits has been fired, at the instant of its key", () => {
  const own = ownState(RACE, [entry("StartRace")]);
  assert.deepEqual([own.state, own.unsent, own.started_at_ms], ["LIVE", true, Date.parse(AT)]);
});

test("a whole race can be keyed and wait; a recall takes back its gun", () => {
  assert.deepEqual(keyed([entry("StartRace"), entry("EndRace")]), ["UNCONFIRMED", true, false]);
  assert.deepEqual(keyed([entry("StartRace"), entry("CallFalseStart")]), ["START_LIST", true, false]);
  assert.deepEqual(keyed([entry("StartRace"), entry("StopRace")]), ["LIVE", true, true]);
});

test("what is of another race, was refused, or arrived long ago makes no difference", () => {
  assert.deepEqual(keyed([entry("StartRace", { race: "a/b/d" })]), ["START_LIST", false, false]);
  assert.deepEqual(keyed([entry("StartRace", { state: "refused" })]), ["START_LIST", false, false]);
  const old = entry("StartRace", { state: "sent", receipt: { position: 7 } });
  assert.deepEqual(keyed([old]), ["START_LIST", false, false]);
  assert.deepEqual(keyed([old], RACE, 9), ["START_LIST", false, false]);
});

test("what has arrived and is not on the board yet is there, and is not unsent", () => {
  const sent = entry("StartRace", { state: "sent", receipt: { position: 7 } });
  assert.deepEqual(keyed([sent], RACE, 6), ["LIVE", false, false]);
});

test("a gun fired here does not start again what the server knows to be over", () => {
  assert.deepEqual(keyed([entry("StartRace")], { ...RACE, state: "OFFICIAL" }), ["OFFICIAL", false, false]);
});
