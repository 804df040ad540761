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
