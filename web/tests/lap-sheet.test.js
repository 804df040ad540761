/** The console's own order, from keys to sheet, without a server. */

import assert from "node:assert/strict";
import test from "node:test";
import { expectedLapMs, firstRowHalf, median, sheet } from "../modules/lap-sheet.js";
import { act } from "../modules/recorder.js";

const RACE = "cup/women-1000/final-a";
const GUN = 1_700_000_000_000;

function board(more = {}) {
  const names = ["ann-one", "bea-two", "cia-three", "dee-four"];
  return {
    race: RACE,
    metres: 1000,
    laps_total: 9,
    attempt: 1,
    state: "START_LIST",
    entries: Object.fromEntries(
      names.map((id, i) => [id, { name: id, noc: "CAN", helmet: 11 + i, start_position: i + 1 }]),
    ),
    order: names,
    ...more,
  };
}

/** A console without its page: actions in, sheet out. */
class Table {
  constructor(document = board()) {
    this.board = document;
    this.entries = [];
    this.key = 0;
    this.said = [];
  }

  sheet(now = this.now) {
    return sheet({ board: this.board, entries: this.entries, base: this.base, now });
  }

  /** Do an action at a time after the gun. */
  at(ms, kind, named = {}) {
    this.now = GUN + ms;
    const action = typeof named === "number" ? { kind, position: named } : { kind, ...named };
    const did = act(action, { race: RACE, sheet: this.sheet(), at: this.now });
    this.said.push(did.fault ?? did.say);
    if (did.fault) return null;
    const { command, refs, note, occurredAt } = did;
    const entry = {
      key: (this.key += 1),
      state: "queued",
      envelope: { command, occurred_at: new Date(occurredAt).toISOString() },
      refs,
      note,
      receipt: null,
      problem: null,
    };
    this.entries.push(entry);
    return entry;
  }

  order() {
    return this.sheet().rows.map((row) => row.position);
  }
}

function started() {
  const table = new Table();
  table.at(0, "start");
  return table;
}

/** Let all four cross in start order, lap after lap. */
function skate(table, laps, lapMs = 9000, first = 11_000) {
  for (let lap = 0; lap < laps; lap += 1) {
    for (const position of [1, 2, 3, 4]) table.at(first + lap * lapMs + position * 100, "cross", position);
  }
}

test("a key is a crossing: order, laps, gaps and laps to go follow at once", () => {
  const table = started();
  table.at(11_000, "cross", 3);
  table.at(11_120, "cross", 1);
  const { rows, lapsToGo, lap } = table.sheet();
  assert.deepEqual(rows.map((row) => row.position), [3, 1, 2, 4]);
  assert.deepEqual(rows.map((row) => row.gapMs), [0, 120, null, null]);
  assert.deepEqual(rows.map((row) => row.lastMs), [11_000, 11_120, null, null]);
  assert.deepEqual([lapsToGo, lap], [8, 2]);
  assert.deepEqual(table.entries[1].envelope.command, {
    race: RACE,
    type: "RecordCrossing",
    elapsed_ms: 11_000,
    competitor: "cia-three",
  });
});

test("Backspace says what it retracts, and goes back step by step", () => {
  const table = started();
  table.at(11_000, "cross", { helmet: 12 });
  table.at(12_000, "fell", 2);
  assert.equal(table.sheet().undo.label, "12 bea-two fell");
  table.at(13_000, "undo");
  assert.equal(table.sheet().rows.find((row) => row.position === 2).fallen, false);
  assert.equal(table.sheet().undo.label, "12 bea-two");
  table.at(14_000, "undo");
  assert.equal(table.sheet().undo, null);
  assert.equal(table.at(15_000, "undo"), null);
  assert.deepEqual(table.entries.at(-1).refs, { target: 2 });
  assert.equal(table.sheet().log.filter((line) => line.retracted).length, 2);
});

test("Shift and a digit retract that skater's last crossing, whatever came since", () => {
  const table = started();
  skate(table, 2);
  table.at(21_000, "undo-of", 1);
  assert.deepEqual(table.sheet().rows.map((row) => [row.position, row.laps]), [[2, 2], [3, 2], [4, 2], [1, 1]]);
});

test("times without a name are given to skaters, the oldest first, at their own instant", () => {
  const table = started();
  table.at(11_000, "time");
  table.at(11_050, "time");
  assert.equal(table.sheet().unassigned.length, 2);
  table.at(12_000, "assign", 4);
  table.at(12_100, "assign", 2);
  const { rows, unassigned } = table.sheet();
  assert.deepEqual(rows.slice(0, 2).map((row) => [row.position, row.lastMs]), [[4, 11_000], [2, 11_050]]);
  assert.deepEqual(unassigned, []);
  assert.equal(table.at(12_200, "assign", 1), null);
  table.at(12_300, "undo");
  assert.equal(table.sheet().unassigned.length, 1);
});

test("a number that is nobody's is kept as a time, and can be given a name", () => {
  const table = started();
  const entry = table.at(11_000, "cross", { helmet: 99 });
  assert.equal(entry.envelope.command.helmet_number, 99);
  assert.deepEqual(table.sheet().unassigned.map((each) => each.keyed), ["helmet 99"]);
  table.at(11_500, "assign", 2);
  assert.equal(table.order()[0], 2);
});

test("laps that can hardly be are counted and marked", () => {
  const table = started();
  skate(table, 3);
  table.at(30_400, "cross", 1);
  const [first] = table.sheet().rows;
  assert.deepEqual([first.position, first.laps, first.odd], [1, 4, true]);
  const others = table.sheet().rows.slice(1);
  assert.deepEqual(others.map((row) => row.odd), [false, false, false]);
});

test("a missed crossing keeps the order, and its times are estimates", () => {
  const table = started();
  skate(table, 3);
  for (const position of [2, 3, 4]) table.at(38_000 + position * 100, "cross", position);
  table.at(47_100, "cross", 1);
  assert.ok(table.sheet().rows.find((row) => row.position === 1).odd);
  table.at(47_500, "missed", 1);
  const row = table.sheet().rows.find((each) => each.position === 1);
  assert.deepEqual([row.laps, row.lastMs, row.lastEstimated], [5, 9000, true]);
  const { command, occurred_at } = table.entries.at(-1).envelope;
  assert.equal(Date.parse(occurred_at) - GUN, 38_100);
  assert.equal(command.source, "estimated");
  assert.equal(command.elapsed_ms, undefined);
});

test("who is expected next, when, and who is overdue", () => {
  const table = started();
  skate(table, 2);
  const { expected } = table.sheet(GUN + 27_100);
  assert.deepEqual(expected.map((row) => row.position), [1, 2, 3, 4]);
  assert.equal(expected[0].inMs, 2000);
  const late = table.sheet(GUN + 34_000).expected;
  assert.deepEqual(late.map((row) => row.overdue), [true, true, true, true]);
});

test("without a lap to go by, the first row is the start's", () => {
  const table = started();
  const [row] = table.sheet().rows;
  assert.equal(expectedLapMs(row, [row], board()), 11_500);
  assert.equal(expectedLapMs(row, [row], board({ metres: 500 })), 6800);
  assert.deepEqual([500, 1000, 1500, 2000, 3000, 5000].map((metres) => firstRowHalf({ metres })), [
    true,
    false,
    true,
    false,
    false,
    false,
  ]);
  assert.equal(median([3, 1, 2, 4]), 2.5);
});

test("stop, restart and a new gun: what came before counts no more, and no attempt mixes", () => {
  const table = started();
  skate(table, 1);
  assert.equal(table.at(12_000, "restart"), null);
  table.at(12_100, "stop");
  assert.equal(table.sheet().running, false);
  table.at(15_000, "restart");
  const between = table.sheet();
  assert.deepEqual([between.attempt, between.gunAt, between.undo], [2, null, null]);
  table.at(60_000, "start");
  table.at(71_000, "cross", 2);
  const { rows, running } = table.sheet();
  assert.deepEqual([running, rows[0].position, rows[0].laps, rows[1].laps], [true, 2, 1, 0]);
});

test("a false start clears the ice; a gun heard from the starter begins anew", () => {
  const table = started();
  table.at(2000, "cross", 1);
  table.at(3000, "false-start");
  assert.deepEqual([table.sheet().gunAt, table.sheet().rows[0].laps], [null, 0]);
  table.board = board({ state: "LIVE", started_at_ms: GUN + 30_000 });
  table.at(41_000, "cross", 3);
  const { rows, gunAt } = table.sheet();
  assert.deepEqual([gunAt, rows[0].position, rows[0].lastMs], [GUN + 30_000, 3, 11_000]);
});

test("a recall by the starter's own device voids what had been sent", () => {
  const table = started();
  table.at(2000, "cross", 1);
  for (const entry of table.entries) entry.state = "sent";
  table.board = board({ notice: "False start", started_at_ms: null });
  assert.deepEqual([table.sheet().gunAt, table.sheet().rows[0].laps], [null, 0]);
});

test("a console that comes late begins with what the board has", () => {
  const table = new Table(board({ state: "LIVE", started_at_ms: GUN }));
  table.base = { attempt: 1, elapsed: { "bea-two": [11_000, 20_000], "ann-one": [11_200, null] } };
  table.at(29_000, "cross", 2);
  const { rows } = table.sheet();
  assert.deepEqual(rows.slice(0, 2).map((row) => [row.position, row.laps, row.lastMs]), [[2, 3, 9000], [1, 2, null]]);
  assert.equal(table.at(30_000, "undo-of", 1), null);
});

test("what the server refused does not count, and is told apart in the log", () => {
  const table = started();
  const entry = table.at(11_000, "cross", 1);
  Object.assign(entry, { state: "refused", problem: { code: "refused", detail: "no" } });
  assert.equal(table.sheet().rows[0].laps, 0);
  assert.deepEqual([table.sheet().log[0].state, table.sheet().log[0].problem], ["refused", "no"]);
});

test("a retraction that came second is a retraction all the same", () => {
  const table = started();
  table.at(11_000, "cross", 1);
  const entry = table.at(12_000, "undo");
  Object.assign(entry, { state: "refused", problem: { code: "unknown-fact" } });
  assert.equal(table.sheet().rows[0].laps, 0);
});

test("crossings after the finish are kept and count for nothing", () => {
  const table = started();
  skate(table, 9);
  table.at(100_000, "cross", 1);
  const { rows, lapsToGo } = table.sheet();
  assert.deepEqual([rows[0].laps, rows[0].finished, rows[0].beyond, lapsToGo], [9, true, 1, 0]);
  table.at(101_000, "end");
  assert.deepEqual([table.sheet().ended, table.sheet().expected], [true, []]);
});

test("who is out stands last and is not expected", () => {
  const table = started();
  skate(table, 2);
  table.at(21_000, "out", 1);
  assert.deepEqual(table.order(), [2, 3, 4, 1]);
  assert.deepEqual(table.sheet().expected.map((row) => row.position), [2, 3, 4]);
});

test("what only the other saw is taken over at its instant, by the pen alone", () => {
  const table = started();
  skate(table, 1);
  table.at(20_100, "cross", 1);
  const difference = { competitor: "bea-two", row: 2, at_ms: 20_000, observation: 31 };
  const pen = { elsewhere: false, adoptable: () => difference };
  const did = act({ kind: "adopt" }, { race: RACE, sheet: table.sheet(), at: GUN + 24_000, pen });
  assert.deepEqual(did.command, { race: RACE, type: "AdoptCrossing", observation: 31 });
  table.entries.push({
    key: 99,
    state: "sent",
    envelope: { command: did.command, occurred_at: new Date(did.occurredAt).toISOString() },
    refs: {},
    note: did.note,
    receipt: { events: [{ version: 40, type: "CrossingAdopted" }] },
  });
  assert.deepEqual(table.order().slice(0, 2), [2, 1]);
  assert.equal(table.sheet().undo.label, "12 bea-two taken over");
  const elsewhere = { elsewhere: true, holder: { device: "tablet-2" } };
  for (const kind of ["adopt", "fell", "bell"]) {
    const action = { kind, position: 1 };
    const refused = act(action, { race: RACE, sheet: table.sheet(), at: GUN, pen: elsewhere });
    assert.match(refused.fault, /tablet-2 has the pen/);
  }
});

test("H holds the public board and H again releases it, by its entry until its version is known", () => {
  const table = new Table();
  assert.equal(table.sheet(GUN).hold, null);
  const held = table.at(100, "hold");
  assert.deepEqual(held.envelope.command, { race: RACE, type: "HoldPublicBoard" });
  assert.deepEqual(table.sheet().hold, { at: GUN + 100, version: null, key: held.key });
  const released = table.at(200, "hold");
  assert.deepEqual(released.refs, { hold: held.key });
  assert.equal(table.sheet().hold, null);
  assert.deepEqual(table.said, ["public board held: H releases it", "public board released"]);
});

test("the board's word about a hold counts as soon as it has heard of ours", () => {
  const table = new Table(board({ heard: 7 }));
  const own = table.at(100, "hold");
  Object.assign(own, { state: "sent", receipt: { position: 8, events: [{ version: 3 }] } });
  assert.equal(table.sheet().hold.key, own.key);
  table.board = board({ heard: 8, held: { version: 3, at_ms: GUN + 100 } });
  assert.deepEqual(table.sheet().hold, { at: GUN + 100, version: 3, key: null });
  assert.deepEqual(table.at(200, "hold").envelope.command, { race: RACE, type: "ReleasePublicBoard", hold: 3 });
  table.entries.pop();
  table.board = board({ heard: 9 });
  assert.equal(table.sheet().hold, null, "somebody else has released it");
});

test("a hold that is refused holds nothing, and Backspace takes none back", () => {
  const table = new Table();
  const held = table.at(100, "hold");
  assert.equal(table.sheet().undo, null);
  held.state = "refused";
  assert.equal(table.sheet().hold, null);
});
