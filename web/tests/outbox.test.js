/** Facts reach the server once, in order, at the instant they happened, whatever happens between. */

import assert from "node:assert/strict";
import test from "node:test";

globalThis.localStorage = { getItem: () => null, setItem: () => {} };
const { Problem, Unreachable } = await import("../modules/api.js");
const { Outbox, ready } = await import("../modules/outbox.js");

const WHO = { official: "Ann", device: "tablet-3" };
const settle = () => new Promise((resolve) => setImmediate(resolve));
const crossing = (position) => ({ type: "RecordCrossing", race: "a/b/c", start_position: position });

/** A store that lives on when its page does not. */
function shelf() {
  const kept = new Map();
  return {
    kept,
    all: async () => [...kept.values()].map((entry) => structuredClone(entry)),
    jot: (entry) => {
      if (!kept.has(entry.key)) kept.set(entry.key, structuredClone(entry));
    },
    put: async (entries) => entries.forEach((entry) => kept.set(entry.key, structuredClone(entry))),
    remove: async (keys) => keys.forEach((key) => kept.delete(key)),
  };
}

/** A server with the real one's promise: the same number with the same body is answered again. */
function server() {
  const log = [];
  const receipts = new Map();
  const self = { log, refuse: () => null, before: () => {}, after: () => {}, posts: 0 };
  self.post = async (envelopes) => {
    self.posts += 1;
    await settle();
    self.before(envelopes);
    let broken = null;
    const verdicts = envelopes.map((envelope, index) => {
      broken ??= self.broken?.(envelope, index) ?? null;
      if (broken) return { error: broken };
      const number = envelope.device_seq;
      const body = JSON.stringify(envelope);
      const known = receipts.get(number);
      if (known && known.body !== body) return { error: { status: 422, code: "device-sequence-reused" } };
      if (known) return known.receipt;
      const refused = self.refuse(envelope);
      if (refused) return { error: refused };
      log.push(envelope);
      const receipt = { position: log.length, events: [{ version: log.length, position: log.length }] };
      receipts.set(number, { body, receipt });
      return receipt;
    });
    self.after(envelopes);
    return verdicts;
  };
  return self;
}

/** A page with its outbox; timers wait until the test lets time pass. */
function page(store, far, clock = { now: 1_700_000_000_000 }) {
  const timers = [];
  const outbox = new Outbox({
    store,
    post: (envelopes) => far.post(envelopes),
    now: () => clock.now,
    later: (ms, act) => timers.push({ ms, act }),
  });
  const pass = async () => {
    for (let i = 0, idle = 0; i < 300 && idle < 12; i += 1) {
      await settle();
      idle += 1;
      if (timers.length) {
        timers.shift().act();
        idle = 0;
      }
    }
  };
  return { outbox, timers, pass, clock };
}

test("a fact counts as unsent until the server has answered, and is there at once", async () => {
  const far = server();
  const { outbox, pass } = page(shelf(), far);
  const entry = outbox.put(crossing(1), WHO);
  assert.deepEqual([entry.state, outbox.depth, outbox.entries.length], ["saving", 1, 1]);
  await pass();
  assert.deepEqual([entry.state, outbox.depth, far.log.length], ["sent", 0, 1]);
});

test("an answer that is lost leads to a second sending and no second fact", async () => {
  const far = server();
  let cut = true;
  far.after = () => {
    if (cut) {
      cut = false;
      throw new Unreachable("cut");
    }
  };
  const { outbox, pass } = page(shelf(), far);
  outbox.put(crossing(1), WHO);
  outbox.put(crossing(2), WHO);
  await pass();
  assert.deepEqual(far.log.map((e) => e.command.start_position), [1, 2]);
  assert.equal(outbox.depth, 0);
});

test("hours without a network and a new page: late facts keep their instant and order", async () => {
  const far = server();
  const store = shelf();
  far.before = () => {
    throw new Unreachable("no network");
  };
  const first = page(store, far);
  for (let i = 0; i < 250; i += 1) {
    first.clock.now += 30_000;
    first.outbox.put(crossing((i % 4) + 1), WHO);
  }
  await first.pass();
  assert.equal(first.outbox.depth, 250);
  assert.equal(first.timers.at(-1)?.ms ?? 8000, 8000);
  far.before = () => {};
  const second = page(store, far, { now: first.clock.now + 3_600_000 });
  await second.outbox.open();
  await second.pass();
  assert.equal(second.outbox.depth, 0);
  assert.deepEqual(
    far.log.map((e) => e.occurred_at),
    Array.from({ length: 250 }, (_, i) => new Date(1_700_000_000_000 + 30_000 * (i + 1)).toISOString()),
  );
});

test("a refusal is kept with its reason, shown, and loses nothing behind it", async () => {
  const far = server();
  const store = shelf();
  far.refuse = (envelope) =>
    envelope.command.start_position === 2 ? { status: 409, code: "not-started", detail: "not yet" } : null;
  const { outbox, pass } = page(store, far);
  for (const position of [1, 2, 3]) outbox.put(crossing(position), WHO);
  await pass();
  assert.deepEqual(far.log.map((e) => e.command.start_position), [1, 3]);
  assert.deepEqual(outbox.refused.map((entry) => entry.problem.detail), ["not yet"]);
  const reloaded = page(store, far);
  await reloaded.outbox.open();
  const [refused] = reloaded.outbox.refused;
  far.refuse = () => null;
  reloaded.outbox.again(refused.key);
  await reloaded.pass();
  assert.deepEqual(far.log.map((e) => e.command.start_position), [1, 3, 2]);
  assert.deepEqual([reloaded.outbox.refused, reloaded.outbox.depth], [[], 0]);
});

test("a refusal that was seen is not shown again, and is not thrown away", async () => {
  const far = server();
  far.refuse = () => ({ status: 403, code: "not-your-role", detail: "no" });
  const store = shelf();
  const { outbox, pass } = page(store, far);
  const entry = outbox.put(crossing(1), WHO);
  await pass();
  outbox.seen(entry.key);
  await pass();
  assert.deepEqual(outbox.refused, []);
  assert.equal(store.kept.get(entry.key).state, "refused");
});

test("a retraction names the version that the server gave, in a later request", async () => {
  const far = server();
  const { outbox, pass } = page(shelf(), far);
  outbox.put(crossing(4), WHO);
  const wrong = outbox.put(crossing(1), WHO);
  const retract = { type: "RetractFact", race: "a/b/c", reason: "keyed by mistake" };
  outbox.put(retract, { ...WHO, refs: { target: wrong.key } });
  outbox.put(crossing(2), WHO);
  await pass();
  assert.deepEqual(far.log.map((e) => e.command.type), [
    "RecordCrossing",
    "RecordCrossing",
    "RetractFact",
    "RecordCrossing",
  ]);
  assert.equal(far.log[2].command.target, 2);
});

test("what speaks about a refused fact waits with it, and comes with it", async () => {
  const far = server();
  far.refuse = (e) => (e.command.start_position === 1 ? { status: 409, code: "refused" } : null);
  const { outbox, pass } = page(shelf(), far);
  const wrong = outbox.put(crossing(1), WHO);
  outbox.put({ type: "RetractFact", race: "a/b/c" }, { ...WHO, refs: { target: wrong.key } });
  await pass();
  assert.deepEqual([far.log, outbox.depth], [[], 0]);
  far.refuse = () => null;
  outbox.again(wrong.key);
  await pass();
  assert.deepEqual(far.log.map((e) => e.command.type), ["RecordCrossing", "RetractFact"]);
});

test("a number that another page took is replaced, not lost", async () => {
  const far = server();
  const clock = { now: 1_800_000_000_000 };
  const { outbox, pass } = page(shelf(), far, clock);
  const entry = outbox.put(crossing(1), WHO);
  await far.post([{ ...entry.envelope, command: crossing(9) }]);
  await pass();
  assert.deepEqual(far.log.map((e) => e.command.start_position), [9, 1]);
});

test("a server that breaks in mid-batch gets the rest again, in order", async () => {
  const far = server();
  let breaks = 1;
  far.broken = (_, index) => (index === 1 && breaks-- > 0 ? { status: 503, code: "unavailable" } : null);
  const { outbox, pass } = page(shelf(), far);
  for (const position of [1, 2, 3]) outbox.put(crossing(position), WHO);
  await pass();
  assert.deepEqual(far.log.map((e) => e.command.start_position), [1, 2, 3]);
});

test("an unpaired device waits and says so; one bad envelope does not hold the others up", async () => {
  const far = server();
  const unpaired = new Problem({ status: 401, code: "not-paired", detail: "pair first" });
  far.before = () => {
    throw unpaired;
  };
  const { outbox, pass } = page(shelf(), far);
  for (const position of [1, 2, 3]) outbox.put(crossing(position), WHO);
  await pass();
  assert.deepEqual([outbox.held.code, outbox.depth, outbox.refused.length], ["not-paired", 3, 0]);
  far.before = (envelopes) => {
    if (envelopes.some((e) => e.command.start_position === 2)) {
      throw new Problem({ status: 413, code: "body-too-large" });
    }
  };
  await pass();
  assert.deepEqual(far.log.map((e) => e.command.start_position), [1, 3]);
  assert.deepEqual([outbox.held, outbox.depth, outbox.refused.length], [null, 0, 1]);
});

test("a device that cannot keep facts says so, and sends them", async () => {
  const far = server();
  const store = shelf();
  store.put = async () => {
    throw new Error("quota");
  };
  const { outbox, pass } = page(store, far);
  outbox.put(crossing(1), WHO);
  await pass();
  assert.equal(outbox.unsafe.message, "quota");
  assert.equal(far.log.length, 1);
});

test("a page that is closed before anything was kept leaves what was pressed", async () => {
  const far = server();
  const store = shelf();
  const slow = { ...store, put: () => new Promise(() => {}) };
  const { outbox } = page(slow, far);
  outbox.put(crossing(3), WHO);
  const next = page(store, far);
  await next.outbox.open();
  await next.pass();
  assert.deepEqual(far.log.map((e) => e.command.start_position), [3]);
});

test("what arrived days ago is forgotten, what did not is never", async () => {
  const far = server();
  const store = shelf();
  const first = page(store, far);
  first.outbox.put(crossing(1), WHO);
  await first.pass();
  far.before = () => {
    throw new Unreachable("no network");
  };
  first.outbox.put(crossing(2), WHO);
  await first.pass();
  const later = page(store, far, { now: first.clock.now + 4 * 24 * 3600 * 1000 });
  await later.outbox.open();
  assert.deepEqual(later.outbox.entries.map((e) => e.envelope.command.start_position), [2]);
});

test("under any mixture of faults every fact arrives once, and in order", async () => {
  for (let seed = 1; seed <= 30; seed += 1) {
    let state = seed;
    const chance = (p) => {
      state = (state * 48271) % 2147483647;
      return state / 2147483647 < p;
    };
    const far = server();
    const fault = () => {
      if (chance(0.3)) throw new Unreachable("cut");
    };
    far.before = fault;
    far.after = fault;
    far.broken = () => (chance(0.05) ? { status: 503, code: "unavailable" } : null);
    const store = shelf();
    let { outbox, pass, clock } = page(store, far);
    for (let i = 0; i < 60; i += 1) {
      clock.now += 10;
      outbox.put({ type: "RecordCrossing", n: i }, WHO);
      if (chance(0.5)) await settle();
      if (chance(0.05)) {
        await pass();
        ({ outbox, pass, clock } = page(store, far, clock));
        await outbox.open();
      }
    }
    await pass();
    await pass();
    assert.deepEqual(far.log.map((e) => e.command.n), Array.from({ length: 60 }, (_, i) => i));
  }
});

test("what is still being kept is sent with the rest, in order", () => {
  const entries = [
    { key: 1, state: "sent" },
    { key: 2, state: "queued" },
    { key: 3, state: "saving" },
    { key: 4, state: "refused" },
    { key: 5, state: "queued" },
  ];
  const find = (key) => entries.find((entry) => entry.key === key);
  assert.deepEqual(ready(entries, find).send.map((entry) => entry.key), [2, 3, 5]);
});

test("a disk that takes long holds nothing up, and what it says late changes no verdict", async () => {
  const far = server();
  const store = shelf();
  const disk = [];
  const { put } = store;
  store.put = (entries) => new Promise((resolve) => disk.push(() => resolve(put(entries))));
  const { outbox, pass } = page(store, far);
  const entries = [1, 2].map((position) => outbox.put(crossing(position), WHO));
  await pass();
  assert.deepEqual(entries.map((entry) => entry.state), ["sent", "sent"]);
  assert.equal(far.posts, 1);
  for (const write of disk) write();
  await pass();
  assert.deepEqual(entries.map((entry) => entry.state), ["sent", "sent"]);
  assert.deepEqual([...store.kept.values()].map((entry) => entry.state), ["sent", "sent"]);
});
