/** A moment in words. */

import assert from "node:assert/strict";
import test from "node:test";
import { words } from "../modules/tick-words.js";
import { speak } from "../modules/words.js";

const FALL = {
  type: "FallRecorded",
  text: "Fall",
  competitor: "park-ji-won",
  who: { name: "Park Ji Won", family_name: "Park", native_name: "박지원", noc: "KOR" },
  elapsed_ms: 31_204,
};

test("a moment names people as every page does, in the reader's language", () => {
  assert.equal(words(FALL), "Fall · PARK Ji Won · 31.20");
  speak("de");
  assert.equal(words({ ...FALL, where: "Men 500 m Final A", elapsed_ms: null }), "Sturz · Männer 500 m Finale A · PARK Ji Won");
  speak("en");
});

test("nobody is named where nobody is meant; without entries the id is all there is", () => {
  assert.equal(words({ type: "RaceStarted", text: "Gun", competitor: null, who: null }), "Gun");
  assert.equal(words({ ...FALL, who: null }), "Fall · park-ji-won · 31.20");
  assert.equal(words({ type: "NotKnownYet", text: "Something new", competitor: null }), "Something new");
});
