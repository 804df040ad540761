/** Instants in the reader's language and zone, and to the last digit for evidence. */

import assert from "node:assert/strict";
import test from "node:test";
import { clockTime, dayOf, daysApart, exact, instantOf, stamp, zone } from "../modules/instants.js";

const INSTANT = "2024-02-11T14:31:07.123456Z";
const BERLIN = { timeZone: "Europe/Berlin" };

test("an instant is written in the reader's language and zone, and the zone is named", () => {
  assert.match(stamp(INSTANT, { ...BERLIN, locale: "de" }), /^11\. Feb\.? 2024, 15:31:07 MEZ$/);
  assert.match(stamp(INSTANT, { ...BERLIN, locale: "fr" }), /^11 févr\. 2024.* 15:31:07 UTC\+1$/);
  assert.match(stamp(INSTANT, { timeZone: "Asia/Seoul", locale: "ko" }), /^2024년 2월 11일 23시 31분 7초 GMT\+9$/);
  assert.match(clockTime(INSTANT, { timeZone: "UTC", locale: "en" }), /^14:31:07 UTC$/);
  assert.equal(zone(INSTANT, { ...BERLIN, locale: "en" }), "GMT+1");
  assert.equal(stamp(null), "");
});

test("evidence keeps every digit", () => {
  assert.equal(exact(INSTANT), "2024-02-11 14:31:07.123456 UTC");
  assert.equal(exact(""), "");
});

test("days are the reader's: in Seoul the evening in Dresden is tomorrow", () => {
  const [noon, evening] = ["2024-02-11T12:00:00Z", "2024-02-11T16:00:00Z"];
  assert.equal(dayOf(evening, { timeZone: "Asia/Seoul" }), "2024-02-12");
  assert.equal(daysApart(noon, evening, { timeZone: "Asia/Seoul" }), true);
  assert.equal(daysApart(noon, evening, BERLIN), false);
  assert.equal(daysApart(undefined, evening), false);
});

test("a time that is typed is of the reader's zone, to the end of what was named", () => {
  const asUtc = (text) => new Date(new Date(`2024-02-11T${text}`).getTime()).toISOString().slice(0, 19);
  assert.equal(instantOf("2024-02-11", "9:05"), `${asUtc("09:05:00")}.999999Z`);
  assert.equal(instantOf("2024-02-11", "16:31:07"), `${asUtc("16:31:07")}.999999Z`);
  assert.equal(instantOf("2024-02-11", "16:31:07.4"), `${asUtc("16:31:07")}.4Z`);
});
