/** A hold of the public board, with what a device has keyed about it. */

import assert from "node:assert/strict";
import test from "node:test";
import { ownHold, releaseOf } from "../modules/own-hold.js";

const AT = "2026-01-10T10:00:00.000Z";
const HELD = { version: 3, at_ms: 5 };
const entry = (key, type, { state = "queued", race = "a/b/c", position = null } = {}) => ({
  key,
  state,
  receipt: position && { position },
  envelope: { command: { type: `${type}PublicBoard`, race }, occurred_at: AT },
});
const own = (entries, held = null, heard = 6) => ownHold({ race: "a/b/c", held }, entries, heard);

test("a hold that waits is one, and is released by its entry", () => {
  const hold = own([entry(1, "Hold")]);
  assert.deepEqual(hold, { at: Date.parse(AT), version: null, key: 1 });
  assert.deepEqual(releaseOf(hold), { command: { type: "ReleasePublicBoard" }, refs: { hold: 1 } });
  assert.equal(own([entry(1, "Hold"), entry(2, "Release")]), null);
  assert.equal(own([entry(1, "Hold"), entry(2, "Release"), entry(3, "Hold")]).key, 3);
});

test("the board's word counts as soon as it has heard of ours, and then by its version", () => {
  const sent = entry(1, "Hold", { state: "sent", position: 7 });
  assert.equal(own([sent], null, 6).key, 1);
  assert.equal(own([sent], null, 7), null, "somebody has released it");
  assert.equal(ownHold({ race: "a/b/c", held: null }, [sent]), null);
  assert.deepEqual(releaseOf(own([sent], HELD, 8)), { command: { type: "ReleasePublicBoard", hold: 3 }, refs: {} });
  assert.equal(own([entry(2, "Release")], HELD), null, "released here, whatever the board says yet");
});

test("what was refused, or is of another race, holds nothing", () => {
  assert.equal(own([entry(1, "Hold", { state: "refused" }), entry(2, "Release", { state: "moot" })]), null);
  assert.equal(own([entry(1, "Hold", { race: "a/b/d" })]), null);
});
