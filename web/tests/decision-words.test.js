/** Decisions as sentences. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { called, sentence, spelled } from "../modules/decision-words.js";
import { speak } from "../modules/words.js";

const row = (type, data = {}, more = {}) => ({ type, data, people: [], replaced: null, ...more });

test("a decision reads as a person would say it", () => {
  const ann = { people: ["Ann One"] };
  const told = [
    [row("PenaltyCalled", { sanction: "PEN", infringement: "C1" }, ann), "Penalty (C1): Ann One"],
    [row("PenaltyCalled", { sanction: "YC", infringement: "" }, ann), "Yellow card: Ann One"],
    [row("FalseStartCalled"), "False start"],
    [row("RestartOrdered", { re_skate: true }), "Re-skate ordered"],
    [row("ProtestLodged", { noc: "CAN", late: true }), "Protest: CAN (late)"],
    [row("ProtestDecided", { upheld: false }), "Protest dismissed"],
    [row("LapsMiscounted", { lap_rows: 4 }), "Laps miscounted: 4 lap rows skated"],
    [row("BestTimeConfirmed", { kind: "track", time_ms: 40078 }, ann), "Best time confirmed (track record): Ann One 40.078"],
    [row("DecisionWithdrawn", {}, { replaced: { type: "PenaltyCalled" } }), "Decision withdrawn: Penalty"],
    [row("ResultDeclaredOfficial"), "Result official"],
  ];
  for (const [given, said] of told) assert.equal(sentence(given), said);
});

test("it is said in every language, with the names as they are", () => {
  speak("zh");
  assert.equal(sentence(row("PenaltyCalled", { sanction: "PEN" }, { people: ["Ann One"] })), "犯规：Ann One");
  speak("fr");
  assert.equal(sentence(row("ProtestLodged", { noc: "CAN" })), "Réclamation\u00a0: CAN");
  speak("en");
  assert.equal(called("SomethingNew"), "Something New");
});

test("the family names of those whom it concerns are in capitals, where entries state them", () => {
  const both = { people: ["Park Ji Won", "Ann One"], who: [{ family_name: "Park" }, { family_name: "One" }] };
  assert.equal(sentence(row("ReviewOpened", {}, both)), "Review opened: PARK Ji Won, Ann ONE");
  const nobody = { people: ["Poland", "ann-one"], who: [{ family_name: null }, null] };
  assert.equal(sentence(row("ReviewOpened", {}, nobody)), "Review opened: Poland, ann-one");
});

test("a name is marked where it stands, whatever else the sentence has", () => {
  globalThis.document = { createElement: (tag) => ({ tag, children: [], append(...all) { this.children.push(...all); }, setAttribute() {} }) };
  const one = { people: ["Al Pen"], who: [{ family_name: "Pen" }] };
  const nodes = spelled(row("PenaltyCalled", { sanction: "PEN", infringement: "PEN" }, one));
  assert.deepEqual(nodes.map((node) => node.tag ?? node), ["Penalty (PEN): ", "Al ", "b"]);
  assert.deepEqual(nodes.at(-1).children, ["PEN"]);
  assert.deepEqual(spelled(row("DecisionWithdrawn", {}, { ...one, replaced: { type: "PenaltyCalled" } })), ["Decision withdrawn: ", "Penalty"]);
});
