/** Documents of a moment: one position for all, the last moment asked for, and none that is none. */

import assert from "node:assert/strict";
import test from "node:test";
import { Past } from "../modules/past.js";

/** Return a reader of an API in which a race was current at position 7, and what it was asked. */
function api() {
  const asked = [];
  const reading = async (path, query) => {
    asked.push([path, query.as_of]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (query.as_of === "nonsense") throw Object.assign(new Error("no moment"), { code: "bad-as-of" });
    if (path === "competitions") return { position: 7, rows: [] };
    if (path === "competitions/cup") return { name: "Cup", current: "cup/men-500/final-a", rows: [] };
    if (path.startsWith("races/")) return { race: path.slice(6, -6), rows: [{ id: "ann-one", rank: 1 }] };
    if (path.startsWith("series/")) {
      return { table: query.table ?? "men", tables: ["men", "women"], name: "Season", rows: [] };
    }
    throw Object.assign(new Error("not there"), { code: "not-found" });
  };
  return { asked, reading };
}

const next = (past, kind) =>
  new Promise((resolve) => past.addEventListener(kind, ({ detail }) => resolve(detail), { once: true }));

test("all documents are of the one position that the moment means", async () => {
  const { asked, reading } = api();
  const past = new Past(reading);
  const shown = next(past, "moment");
  past.go("before:cup/men-500/final-a", ["current/cup", "standings/season", "medals/cup"]);
  const { position, documents } = await shown;
  assert.equal(position, 7);
  const board = documents.get("current/cup");
  assert.deepEqual([board.race, board.as_of, board.order], ["cup/men-500/final-a", "7", ["ann-one"]]);
  assert.equal(board.entries["ann-one"].rank, 1);
  assert.deepEqual(Object.keys(documents.get("standings/season").tables), ["men", "women"]);
  assert.deepEqual(documents.get("medals/cup").tables, {}, "what was not there yet is empty");
  assert.deepEqual([...new Set(asked.slice(1).map(([, as_of]) => as_of))], ["7"]);
});

test("of moments that follow each other quickly only the last is shown", async () => {
  const { asked, reading } = api();
  const past = new Past(reading);
  let shown = 0;
  past.addEventListener("moment", () => (shown += 1));
  const last = next(past, "moment");
  for (const at of ["1", "2", "3", "4"]) past.go(at, ["programme/cup"]);
  await last;
  assert.equal(shown, 1);
  assert.deepEqual(
    asked.filter(([path]) => path === "competitions").map(([, at]) => at),
    ["1", "4"],
  );
});

test("back in the present nothing of the past arrives", async () => {
  const { reading } = api();
  const past = new Past(reading);
  let shown = 0;
  past.addEventListener("moment", () => (shown += 1));
  past.go("1", ["programme/cup"]);
  past.go(null);
  await new Promise((resolve) => setTimeout(resolve, 40));
  assert.equal(shown, 0);
  assert.equal(past.at, null);
});

test("a moment that is none is refused in the server's words", async () => {
  const past = new Past(api().reading);
  const refused = next(past, "refused");
  past.go("nonsense", ["programme/cup"]);
  assert.equal(await refused, "no moment");
});
