/** Which race is armed, and what is known of it after a reload. */

import assert from "node:assert/strict";
import test from "node:test";
import { Armed } from "../modules/armed.js";

function storage() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
}

const programme = {
  order: ["cup/a/1", "cup/a/2", "cup/a/3"],
  entries: {
    "cup/a/1": { kind: "race", state: "OFFICIAL" },
    "cup/a/2": { kind: "race", state: "START_LIST" },
    "cup/a/3": { kind: "race", state: "SCHEDULED" },
  },
};
const running = {
  race: "cup/a/2",
  state: "LIVE",
  attempt: 1,
  entries: { ann: { name: "Ann", chart: { 1: [1, 7000], 2: [1, null] } } },
  order: ["ann"],
};

test("the first race that is not over is armed, then the next and the one before", () => {
  const armed = new Armed(storage());
  assert.equal(armed.step(1), false);
  armed.heard("programme/cup", programme, []);
  assert.ok(armed.step(1));
  assert.equal(armed.race, "cup/a/2");
  assert.ok(armed.step(1));
  assert.equal(armed.step(1), false);
  assert.ok(armed.step(-1));
  assert.deepEqual([armed.race, armed.competition], ["cup/a/2", "cup"]);
});

test("race, board and clock are there again after a reload", () => {
  const place = storage();
  const armed = new Armed(place);
  armed.arm("cup/a/2");
  armed.heard("race/cup/a/2", running, []);
  armed.keepOffset(-40);
  const again = new Armed(place);
  assert.deepEqual([again.race, again.board.state, again.offset], ["cup/a/2", "LIVE", -40]);
  assert.equal(again.board.entries.ann.chart, undefined);
});

test("a race that runs begins with its laps, unless they are this console's own", () => {
  const [late, own] = [new Armed(storage()), new Armed(storage())];
  for (const armed of [late, own]) armed.arm("cup/a/2");
  late.heard("race/cup/a/2", running, []);
  assert.deepEqual(late.base, { attempt: 1, elapsed: { ann: [7000, null] } });
  const entry = { envelope: { command: { race: "cup/a/2" } }, note: { attempt: 1 } };
  own.heard("race/cup/a/2", running, [entry]);
  assert.equal(own.base, null);
  late.heard("race/cup/a/2", { ...running, state: "START_LIST", attempt: 2 }, []);
  assert.equal(late.base, null);
});

test("before anything was heard the board is empty, not missing", () => {
  const armed = new Armed(storage());
  armed.arm("cup/a/9");
  assert.deepEqual([armed.board.race, armed.board.laps_total, armed.base], ["cup/a/9", 0, null]);
});

test("while the board is held, only the mark of what the public sees is taken", () => {
  const armed = new Armed(storage());
  armed.arm("cup/a/2");
  armed.heard("race/cup/a/2", { ...running, laps_to_go: 4 }, [], 5);
  const held = { version: 9, at_ms: 1000 };
  armed.heard("race/cup/a/2", { ...running, laps_to_go: 3, held }, [], 6, { live: true });
  armed.heard("race/cup/a/2", { ...running, laps_to_go: 4, held }, [], 7);
  assert.deepEqual([armed.board.laps_to_go, armed.board.held, armed.board.heard], [3, held, 7]);
  armed.heard("race/cup/a/2", { ...running, laps_to_go: 2 }, [], 8);
  assert.deepEqual([armed.board.laps_to_go, armed.board.held], [2, undefined]);
});

test("a console that comes to a held race begins with how it goes on, not with what is shown", () => {
  const armed = new Armed(storage());
  armed.arm("cup/a/2");
  const held = { version: 9, at_ms: 1000 };
  armed.heard("race/cup/a/2", { ...running, held }, [], 6);
  assert.equal(armed.base, null);
  const entries = { ann: { name: "Ann", chart: { 1: [1, 7000], 2: [1, null], 3: [1, 24_000] } } };
  armed.heard("race/cup/a/2", { ...running, entries, held }, [], 6, { live: true });
  assert.deepEqual(armed.base.elapsed, { ann: [7000, null, 24_000] });
});

test("a hold of another race is known from the programme", () => {
  const armed = new Armed(storage());
  armed.arm("cup/a/2");
  const entries = { ...programme.entries, "cup/a/1": { name: "Men", round: "Heat 1", held: { version: 2 } } };
  armed.heard("programme/cup", { ...programme, entries }, []);
  assert.deepEqual(armed.heldBeside, ["Men Heat 1"]);
});
