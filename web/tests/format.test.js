/** Times, gaps and names as the sport writes them. */

import assert from "node:assert/strict";
import test from "node:test";
import { age, days, gap, lapsDown, lapSentence, nameParts, ofWomen, time } from "../modules/format.js";
import { speak } from "../modules/words.js";

test("times have no leading zero minutes, and are cut off, never rounded", () => {
  assert.equal(time(40078), "40.078");
  assert.equal(time(86406), "1:26.406");
  assert.equal(time(61050), "1:01.050");
  assert.equal(time(8999, 2), "8.99");
  assert.equal(time(null), "");
  assert.equal(time(0), "0.000");
});

test("gaps have a sign, and the leader has none", () => {
  assert.equal(gap(113), "+0.113");
  assert.equal(gap(0), "");
  assert.equal(gap(undefined), "");
  assert.equal(lapsDown(2), "+2 L");
  assert.equal(lapsDown(0), "");
});

test("a family name is written in capitals where it stands, and never guessed", () => {
  assert.deepEqual(nameParts("Park Ji Won", "Park"), [
    { text: "PARK", family: true },
    { text: " Ji Won", family: false },
  ]);
  assert.deepEqual(nameParts("Jens van 't Wout", "van 't Wout").at(-1), {
    text: "VAN 'T WOUT",
    family: true,
  });
  assert.deepEqual(nameParts("Republic of Korea", ""), [{ text: "Republic of Korea", family: false }]);
});

test("the sentence says where the leader is", () => {
  assert.equal(lapSentence({ state: "LIVE", laps_to_go: 6 }), "6 laps to go");
  assert.equal(lapSentence({ state: "LIVE", laps_to_go: 1 }), "Last lap");
  assert.equal(lapSentence({ state: "LIVE", laps_to_go: 0 }), "Finish");
  assert.equal(lapSentence({ state: "UNDER_REVIEW", laps_to_go: 0 }), "Under review");
});

test("how long something has lasted is never negative", () => {
  assert.deepEqual([age(-5), age(59_999), age(125_000)], ["0 s", "59 s", "2 min 05 s"]);
});

test("the days of a competition are one range of dates, as each language writes it", () => {
  const told = (language) => {
    speak(language);
    const found = days("2024-02-09", "2024-02-11");
    speak("en");
    return found;
  };
  assert.equal(told("nl"), "9–11 februari 2024");
  assert.equal(told("fr"), "9–11 février 2024");
  assert.equal(told("ja"), "2024年2月9日〜2024年2月11日");
  assert.equal(told("zh"), "2024年2月9日至2024年2月11日");
  assert.equal(days("2024-02-09", undefined, "nl"), "9 februari 2024");
  assert.equal(days(undefined, undefined), "");
});

test("a women's race and a relay are told apart where a language has a form for them", () => {
  assert.deepEqual([{ gender: "women" }, { gender: "men" }, { gender: "men", relay: true }].map(ofWomen), [true, false, true]);
});
