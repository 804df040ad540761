import assert from "node:assert/strict";
import { test } from "node:test";

import { asFeed, groups, headline, reversed, signed } from "../modules/changes.js";
import { speak } from "../modules/words.js";

const row = (document, scope, id, field, before, after, name = id, noc = "CAN", family_name = "") => ({
  document,
  scope,
  id,
  name,
  family_name,
  noc,
  field,
  before,
  after,
});

test("a penalty reads as officials say it", () => {
  const [result, medals, standings] = groups([
    row("standings", "world-cup:men", "roussel", "points", 310, 330, "Roussel"),
    row("result", "r", "nikisha", "rank", 1, null, "Nikisha", "KAZ"),
    row("result", "r", "nikisha", "status", null, "PEN", "Nikisha", "KAZ"),
    row("result", "r", "roussel", "rank", 2, 1, "Roussel"),
    row("medals", "d:noc-all", "CAN", "gold", 1, 2, "Canada"),
  ]);
  assert.deepEqual(
    result.lines.map((line) => `${line.name} ${line.text}`),
    ["Nikisha 1 → PEN", "Roussel 2 → 1"],
  );
  assert.equal(medals.title, "Medals by nation");
  assert.equal(medals.lines[0].text, "gold 1 → 2");
  assert.equal(standings.title, "Standings: men");
  assert.equal(standings.lines[0].text, "+20 points (310 → 330)");
});

test("what tells most is one line: places, medals, the Crystal Globe", () => {
  const rows = [
    row("result", "r", "nikisha", "rank", 1, null, "Nikisha", "KAZ"),
    row("result", "r", "nikisha", "status", null, "PEN", "Nikisha", "KAZ"),
    row("result", "r", "roussel", "rank", 2, 1, "Roussel"),
    row("result", "r", "roussel", "mark", null, "Q", "Roussel"),
    row("medals", "d:noc-all", "CAN", "gold", 3, 4, "Canada"),
    row("medals", "d:noc-all", "NED", "rank", 2, 3, "Netherlands", "NED"),
    row("medals", "d:skater-all", "roussel", "gold", 0, 1, "Roussel"),
    row("standings", "world-cup:men", "roussel", "points", 310, 330, "Roussel"),
    row("standings", "world-cup:men-500", "roussel", "points", 80, 100, "Roussel"),
  ];
  const told = ["Nikisha 1 → PEN", "Roussel 2 → 1", "CAN gold 3 → 4"];
  assert.deepEqual(headline(rows, { title: "Crystal Globe" }), [...told, "Crystal Globe: Roussel +20"]);
  assert.deepEqual(headline(rows), [...told, "Standings: Roussel +20"]);
  assert.equal(headline(reversed(rows), { title: "Crystal Globe" }).at(-1), "Crystal Globe: Roussel −20");
  assert.equal(headline(rows, { title: "Rink Cup" }).at(-1), "Rink Cup: Roussel +20");
  speak("de");
  assert.deepEqual(headline(rows, { title: "Crystal Globe" }).slice(2), ["CAN Gold 3 → 4", "Kristallkugel: Roussel +20"]);
  speak("en");
});

test("who was nowhere before stands behind a dash", () => {
  const [group] = groups([
    row("medals", "d:noc-all", "KAZ", "rank", null, 6),
    row("medals", "d:noc-all", "KAZ", "silver", null, 0),
  ]);
  assert.equal(group.lines[0].text, "– → 6");
  const [won] = groups([row("classification", "d", "x", "medal", null, "gold")]);
  assert.equal(won.lines[0].text, "no medal → gold");
});

test("a place without a time keeps its place", () => {
  const [group] = groups([
    row("result", "r", "x", "rank", 3, 2),
    row("result", "r", "x", "status", "no time", "no time"),
  ]);
  assert.equal(group.lines[0].text, "3 → 2");
});

test("what says nothing is left out, and points have a sign", () => {
  assert.deepEqual(groups([row("board", "r", "x", "fallen", true, false)]), []);
  assert.deepEqual([signed(20), signed(-20), signed(0)], ["+20", "−20", "±0"]);
});

test("an answer of the API looks like the feed's", () => {
  const found = asFeed({ race: "r", rows: [{ id: "b", rank: 1 }, { id: "a", rank: 2 }] });
  assert.deepEqual(found.order, ["b", "a"]);
  assert.equal(found.entries.a.rank, 2);
});

test("the family name goes along, in capitals where a text cannot mark it", () => {
  const rows = [
    row("result", "r", "park", "rank", 2, 1, "Park Ji Won", "KOR", "Park"),
    row("standings", "world-cup:men", "park", "points", 80, 100, "Park Ji Won", "KOR", "Park"),
  ];
  assert.equal(groups(rows)[0].lines[0].family_name, "Park");
  assert.deepEqual(headline(rows), ["PARK Ji Won 2 → 1", "Standings: PARK Ji Won +20"]);
});
