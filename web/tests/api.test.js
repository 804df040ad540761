/** Identity, numbers and what counts as the server's answer. */

import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";

const kept = new Map();
globalThis.localStorage = {
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => kept.set(key, value),
};
const { Problem, Unreachable, forget, identity, may, me, nextNumber, pair, send } = await import(
  "../modules/api.js"
);

let asked = [];
const answering = (status, body, type = "application/json") => {
  globalThis.fetch = async (path, options) => {
    asked.push({ path, ...options });
    return new Response(JSON.stringify(body), { status, headers: { "Content-Type": type } });
  };
};
const problem = (status, code) => answering(status, { status, code, detail: code }, "application/problem+json");

beforeEach(() => {
  kept.clear();
  asked = [];
});

test("a browser keeps one device name", () => {
  const { device } = identity();
  assert.match(device, /^console-[2-9A-Z]{6}$/);
  assert.equal(identity().device, device);
});

test("a paired device sends its token as a header, never in an address", async () => {
  answering(201, { token: "secret", official: "Ann", device: "tablet-3", roles: ["lap-recorder"] });
  await pair("7F3K9Q", "tablet-3");
  answering(200, [{ position: 1, events: [] }]);
  await send([{ type: "RingBell", race: "a/b/c" }], { occurredAt: 1000 });
  assert.equal(asked[1].headers.Authorization, "Bearer secret");
  assert.ok(asked.every(({ path }) => !path.includes("secret")));
  const [envelope] = JSON.parse(asked[1].body);
  assert.equal(envelope.occurred_at, "1970-01-01T00:00:01.000Z");
  assert.deepEqual([envelope.official, envelope.device], ["Ann", "tablet-3"]);
  forget();
  assert.deepEqual([identity().token, identity().device], [null, "tablet-3"]);
});

test("numbers only grow, also from a clock that goes back", () => {
  const first = nextNumber(1e15);
  assert.equal(nextNumber(5), first + 1);
  assert.equal(nextNumber(5, first + 10), first + 10);
});

test("a refusal is the server's word, a hotspot's page and a failure are nobody's", async () => {
  problem(403, "not-your-role");
  await assert.rejects(send({ type: "RingBell" }), Problem);
  answering(404, { code: "login" });
  await assert.rejects(send({ type: "RingBell" }), Unreachable);
  problem(503, "busy");
  await assert.rejects(send({ type: "RingBell" }), Unreachable);
  globalThis.fetch = async () => {
    throw new TypeError("no network");
  };
  await assert.rejects(send({ type: "RingBell" }), (error) => error.envelopes.length === 1);
});

test("without an answer a device is who it was", async () => {
  answering(200, { official: "Ann", device: "tablet-3", roles: ["lap-recorder"], open: false });
  await me();
  globalThis.fetch = async () => {
    throw new TypeError("no network");
  };
  const who = await me();
  assert.deepEqual([who.official, who.roles, who.open], ["Ann", ["lap-recorder"], false]);
  assert.ok(may(who, "lap-recorder") && !may(who, "referee"));
  problem(404, "no-such-route");
  assert.ok(may(await me(), "referee"));
});
