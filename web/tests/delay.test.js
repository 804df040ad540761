/** A delayed page shows the past, or nothing. */

import assert from "node:assert/strict";
import test from "node:test";
import { DelayedFeed, delayMs } from "../modules/delay.js";
import { optionsOf } from "../modules/open-feed.js";

globalThis.CustomEvent ??= class extends Event {
  constructor(type, { detail }) {
    super(type);
    this.detail = detail;
  }
};

/** Return a feed that is late by some milliseconds, on a server whose clock is ahead of ours. */
function setting(lateMs, { aheadMs = 70_000, wanted = 20_000 } = {}) {
  const feed = new EventTarget();
  const told = { documents: [], refused: [], stopped: false };
  feed.start = () => {};
  feed.stop = () => (told.stopped = true);
  const late = new DelayedFeed(feed, wanted, (reason) => told.refused.push(reason), async () => aheadMs);
  late.addEventListener("document", ({ detail }) => told.documents.push(detail.data));
  const say = (kind, detail) => feed.dispatchEvent(new CustomEvent(kind, { detail }));
  say("document", { topic: "race/a", data: 1 });
  return { told, say, sync: () => say("time", { offset: aheadMs - lateMs }) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("nothing is shown before the feed has proved that it is late, then everything", async () => {
  const { told, say, sync } = setting(20_000);
  assert.deepEqual(told.documents, []);
  sync();
  await settled();
  assert.deepEqual(told.documents, [1]);
  say("document", { topic: "race/a", data: 2 });
  assert.deepEqual(told.documents, [1, 2]);
  assert.deepEqual(told.refused, []);
});

test("a feed in the present is stopped, and the page says so", async () => {
  const { told, sync } = setting(0);
  sync();
  await settled();
  assert.deepEqual(told.documents, []);
  assert.equal(told.stopped, true);
  assert.match(told.refused[0], /does not delay/);
});

test("a delay that the server refuses is told in its words", () => {
  const { told, say } = setting(20_000);
  say("refused", { code: "unknown-topic", detail: "not that" });
  assert.deepEqual(told.refused, []);
  say("refused", { code: "bad-delay", detail: "32 delays are kept already" });
  assert.deepEqual(told.refused, ["32 delays are kept already"]);
});

test("delays are from two seconds to five minutes", () => {
  assert.deepEqual(["", null, "0", "-3", "x"].map(delayMs), [0, 0, 0, 0, 0]);
  assert.deepEqual(["0.5", "2.5", "30", "9999"].map(delayMs), [2000, 2500, 30_000, 300_000]);
});

test("the address asks for a delay, or for a race again at a speed and from a position", () => {
  const of = (query) => optionsOf(new URLSearchParams(query));
  assert.deepEqual(of("race=a"), {});
  assert.deepEqual(of("delay=30"), { delayMs: 30_000 });
  assert.deepEqual(of("replay"), { replay: { speed: 1 } });
  assert.deepEqual(of("replay&speed=500&from=812"), { replay: { speed: 100, from: 812 } });
  assert.deepEqual(of("replay&speed=0"), { replay: { speed: 0 } });
  assert.deepEqual(of("replay&speed=x&from=-4"), { replay: { speed: 1 } });
});
