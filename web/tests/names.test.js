/** Names in their own script. */

import assert from "node:assert/strict";
import test from "node:test";
import { Names } from "../modules/names.js";

test("a board is dressed as soon as the entries are known, and they are asked for once", async () => {
  let [now, asked, changed] = [0, 0, 0];
  const read = async () => {
    asked += 1;
    return [{ id: "a", native_name: "박지원", nation: "Korea" }];
  };
  const names = new Names("cup", () => (changed += 1), { read, now: () => now });
  const board = { race: "r", entries: { a: { name: "Park" }, b: { name: "Bea" } } };
  assert.equal(names.dress(board).entries.a.native_name, undefined);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(changed, 1);
  const dressed = names.dress(board);
  assert.deepEqual([dressed.entries.a.native_name, dressed.entries.a.name], ["박지원", "Park"]);
  assert.equal(asked, 1, "who is not entered is asked for again only after a while");
  now = 10_001;
  names.dress(board);
  assert.equal(asked, 2);
  assert.deepEqual(board.entries.a, { name: "Park" });
});

test("podiums and medals are given family names: by name and NOC, or by id", async () => {
  const read = async () => [
    { id: "park-ji-won", name: "Park Ji Won", family_name: "Park", noc: "KOR" },
    { id: "kim-a", name: "Kim Min", family_name: "Kim", noc: "KOR" },
    { id: "kim-b", name: "Kim Min", family_name: "Min", noc: "KOR" },
    { id: "pol", name: "Poland", family_name: null, noc: "POL" },
  ];
  const names = new Names("cup", () => {}, { read });
  const place = (name, noc = "KOR") => ({ rank: 1, name, noc });
  const day = { name: "Cup", entries: { a: { podium: [place("Park Ji Won"), place("Kim Min"), place("Poland", "POL")] } } };
  const medals = { tables: { "noc-all": { entries: { KOR: { gold: 1 } } }, "skater-all": { order: ["kim-b"], entries: { "kim-b": {} } } } };
  assert.equal(names.programme(day).entries.a.podium[0].family_name, undefined);
  await new Promise((resolve) => setImmediate(resolve));
  const { podium } = names.programme(day).entries.a;
  assert.deepEqual(podium.map((each) => each.family_name), ["Park", "", ""]);
  const { tables } = names.medals(medals);
  assert.equal(tables["skater-all"].entries["kim-b"].family_name, "Min");
  assert.deepEqual(tables["noc-all"], medals.tables["noc-all"]);
  assert.deepEqual([names.programme({}).entries, names.medals({}).tables], [{}, {}]);
});

test("somebody whom the entries do not know is asked about less and less often", async () => {
  let [now, asked] = [0, 0];
  const read = async () => {
    asked += 1;
    return [{ id: "a" }];
  };
  const names = new Names("cup", () => {}, { read, now: () => now });
  for (; now <= 3_600_000; now += 1000) {
    names.dress({ entries: { gone: {} } });
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(asked > 10 && asked < 20, `${asked} times within an hour`);
});
