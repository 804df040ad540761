/** Physical keys into what is meant. */

import assert from "node:assert/strict";
import test from "node:test";
import { CARD, IDLE, PROFILES, STANDARD, legend, press, trembled } from "../modules/keys.js";

/** Return the actions of keys pressed one after another, and the state they leave. */
function keyed(codes, profile = PROFILES[STANDARD]) {
  let state = IDLE;
  const actions = [];
  for (const each of codes.split(" ")) {
    const shift = each.startsWith("Shift+");
    const result = press(state, { code: each.replace("Shift+", ""), shift }, profile);
    state = result.state;
    if (result.action) actions.push(result.action);
  }
  return { actions, state };
}

test("one key is one crossing, a helmet number needs Enter", () => {
  assert.deepEqual(keyed("Digit3 Digit0").actions, [
    { kind: "cross", position: 3 },
    { kind: "cross", position: 10 },
  ]);
  assert.deepEqual(keyed("Numpad1 Numpad0 Numpad7 NumpadEnter").actions, [{ kind: "cross", helmet: 107 }]);
  assert.deepEqual(keyed("Digit2 Digit1 Enter Numpad4", PROFILES["numpad-1"]).actions, [
    { kind: "cross", helmet: 21 },
    { kind: "cross", position: 4 },
  ]);
});

test("a letter and a digit or a number speak about one skater", () => {
  assert.deepEqual(keyed("KeyF Digit2 KeyD Numpad3 Numpad3 Enter KeyM Digit1").actions, [
    { kind: "fell", position: 2 },
    { kind: "out", helmet: 33 },
    { kind: "missed", position: 1 },
  ]);
});

test("to stop, restart or end takes two keys; anything else lets go of it", () => {
  assert.deepEqual(keyed("KeyX").actions, []);
  assert.deepEqual(keyed("KeyX Enter").actions, [{ kind: "stop" }]);
  assert.deepEqual(keyed("KeyX Escape Enter").actions, []);
  assert.deepEqual(keyed("KeyX KeyB Enter").actions, [{ kind: "bell" }]);
  assert.deepEqual(keyed("Shift+KeyR Enter").actions, [{ kind: "re-skate" }]);
});

test("H is one key, in every profile", () => {
  for (const profile of Object.values(PROFILES)) {
    assert.deepEqual(keyed("KeyH", profile).actions, [{ kind: "hold" }]);
  }
});

test("a crossing and a time are taken while a question is open, which stays open", () => {
  const { actions, state } = keyed("KeyX Digit4 Space");
  assert.deepEqual(actions, [{ kind: "cross", position: 4 }, { kind: "time" }]);
  assert.equal(state.sure, "stop");
});

test("Backspace takes back what is half typed before what was entered", () => {
  assert.deepEqual(keyed("Numpad1 Numpad2 Backspace Enter").actions, [{ kind: "cross", helmet: 1 }]);
  assert.deepEqual(keyed("KeyF Backspace Backspace").actions, [{ kind: "undo" }]);
  assert.deepEqual(keyed("Shift+Digit5").actions, [{ kind: "undo-of", position: 5 }]);
});

test("other keys are left to the browser", () => {
  assert.equal(press(IDLE, { code: "F5" }).ours, false);
  assert.equal(press(IDLE, { code: "Tab" }).ours, false);
  assert.equal(press(IDLE, { code: "Space" }).ours, true);
});

test("a cold finger that presses twice crosses once", () => {
  const key = (code, timeStamp) => ({ code, timeStamp });
  assert.equal(trembled(key("Digit4", 100), key("Digit4", 1099)), true);
  assert.equal(trembled(key("Digit4", 100), key("Digit4", 1100)), false);
  assert.equal(trembled(key("Digit4", 100), key("Digit3", 150)), false);
  assert.equal(trembled(null, key("Digit4", 150)), false);
});

test("every key of every profile stands on the card, and no profile has one twice", () => {
  const taught = new Set(CARD.flatMap(([codes]) => codes));
  for (const { positions, helmets, actions } of Object.values(PROFILES)) {
    assert.equal(new Set([...positions, ...helmets]).size, positions.length + helmets.length);
    for (const code of Object.keys(actions)) {
      const plain = code.replace("Shift+", "");
      assert.ok(taught.has(plain) || plain === "Slash", `${code} is not on the card`);
    }
  }
});

test("the legend says what this keyboard writes on the key", () => {
  assert.equal(legend("KeyA"), "A");
  assert.equal(legend("KeyA", new Map([["KeyA", "q"]])), "Q");
  assert.equal(legend("Space"), "Space");
});
