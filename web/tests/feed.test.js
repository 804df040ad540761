/** The feed's connection: what is said when, and what is told to the page. */

import assert from "node:assert/strict";
import test from "node:test";
import { Feed } from "../modules/feed.js";

class FakeSocket extends EventTarget {
  static OPEN = 1;
  static all = [];
  readyState = 0;
  sent = [];

  constructor(url) {
    super();
    this.url = url;
    FakeSocket.all.push(this);
  }

  open() {
    this.readyState = FakeSocket.OPEN;
    this.dispatchEvent(new Event("open"));
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  say(...messages) {
    for (const message of messages) {
      this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(message) }));
    }
  }

  close() {
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }

  hellos() {
    return this.sent.filter(({ t }) => t === "hello");
  }
}

globalThis.WebSocket = FakeSocket;

const welcome = { t: "welcome", v: 1, epoch: "e", pos: 5, mode: "snapshot", heartbeatMs: 5000 };
const snap = { t: "snap", topic: "race/a", pos: 5, rev: 4, data: { lap: 1 } };
const delta = { t: "delta", topic: "race/a", pos: 6, rev: 6, prev: 4, patch: { lap: 2 } };

function started(t, topics, options) {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_700_000_000_000 });
  FakeSocket.all.length = 0;
  const feed = new Feed("ws://rink/feed", topics, options);
  const told = [];
  for (const kind of ["document", "replay", "refused"]) {
    feed.addEventListener(kind, ({ detail }) => told.push([kind, structuredClone(detail)]));
  }
  feed.start();
  t.after(() => feed.stop());
  FakeSocket.all[0].open();
  return { feed, told, socket: FakeSocket.all[0] };
}

test("options go with the hello, and documents come at the end of a step", (t) => {
  const { told, socket } = started(t, ["race/a", "medals/c"], { delayMs: 30000, fields: ["lap"] });
  const [hello] = socket.hellos();
  assert.deepEqual([hello.delayMs, hello.fields, hello.resume], [30000, ["lap"], undefined]);
  socket.say(welcome, { ...snap, more: true });
  assert.deepEqual(told, []);
  socket.say({ ...snap, topic: "medals/c", data: { gold: 1 } });
  assert.deepEqual(told.map(([, { topic }]) => topic), ["race/a", "medals/c"]);
});

test("what is held is resumed on the next connection, after the pause that a bye names", (t) => {
  const { socket, told } = started(t, ["race/a"]);
  socket.say(welcome, snap, delta, { t: "bye", code: "shutdown", retry: true, afterMs: 1733, pos: 6 });
  socket.close();
  t.mock.timers.tick(1700);
  assert.equal(FakeSocket.all.length, 1);
  t.mock.timers.tick(50);
  FakeSocket.all[1].open();
  assert.deepEqual(FakeSocket.all[1].hellos()[0].resume, { epoch: "e", pos: 6, revs: { "race/a": 6 } });
  assert.deepEqual(told.at(-1), ["document", { topic: "race/a", data: { lap: 2 } }]);
});

test("a gap is answered by one hello without a resume", (t) => {
  const { socket } = started(t, ["race/a"]);
  socket.say(welcome, snap, { ...delta, rev: 9, prev: 8 }, { ...delta, rev: 10, prev: 9 });
  assert.equal(socket.hellos().length, 2);
  assert.equal(socket.hellos()[1].resume, undefined);
});

test("a replay is controlled, goes on where it was, and is never resumed as the present", (t) => {
  const { feed, socket, told } = started(t, ["race/a"], { replay: { speed: 2 } });
  const label = "replay";
  const state = { t: "replay", race: "a", pos: 5, speed: 2, first: 1, gun: 4, last: 9, ended: false };
  socket.say({ ...welcome, label }, { ...snap, label }, { ...state, label });
  assert.equal(told.at(-1)[0], "replay");
  feed.play({ speed: 0, from: 3 });
  assert.deepEqual(socket.sent.find(({ t }) => t === "replay"), { t: "replay", speed: 0, from: 3 });
  socket.say({ ...snap, pos: 3, rev: 3, label });
  socket.close();
  t.mock.timers.tick(500);
  FakeSocket.all[1].open();
  const [again] = FakeSocket.all[1].hellos();
  assert.deepEqual(again.replay, { speed: 0, from: 3 });
  assert.equal(again.resume, undefined);
  feed.follow(["race/a"], {});
  assert.equal(FakeSocket.all[1].hellos()[1].resume, undefined);
});

test("what is not there yet is asked for again, what is refused for good is not", (t) => {
  const { socket, told } = started(t, ["race/a", "race/b"]);
  socket.say(welcome, { t: "err", code: "unknown-topic", detail: "", pos: 5, topic: "race/b" });
  t.mock.timers.tick(2100);
  assert.equal(socket.hellos().length, 2);
  socket.say(welcome, { t: "err", code: "not-allowed", detail: "", pos: 5, topic: "race/b" });
  t.mock.timers.tick(2100);
  assert.equal(socket.hellos().length, 2);
  assert.deepEqual(told.map(([, { code }]) => code), ["unknown-topic", "not-allowed"]);
});

test("another filter begins anew", (t) => {
  const { feed, socket } = started(t, ["race/a"], { fields: ["lap"] });
  socket.say(welcome, snap);
  feed.follow(["race/a"], { fields: ["lap", "order"] });
  assert.equal(socket.hellos()[1].resume, undefined);
  assert.deepEqual(socket.hellos()[1].fields, ["lap", "order"]);
});
