/** That the public board of the desk's race is held, for how long, and the way out. */

import { may } from "./api.js";
import { clock } from "./clock.js";
import { key, tried } from "./desk-page.js";
import { h, setAttribute, setText } from "./dom.js";
import { age } from "./format.js";
import { releaseOf } from "./own-hold.js";

const MAY_HOLD = ["lap-recorder", "starter", "timekeeper", "photo-finish", "referee", "chief-referee"];
/** What another did first is no refusal to worry about. */
const USUAL = { HoldPublicBoard: "board-held", ReleasePublicBoard: "board-not-held" };

/** Whether this official may hold the public board, and release it. */
export function mayHold(who) {
  return may(who, ...MAY_HOLD);
}

/** Return the hold of the desk's race with what was keyed here, `{at, version, key}`, or null. */
export function holdOf(desk) {
  return desk.hold;
}

/**
 * Hold the public board of the desk's race, or release it. A hold that is still unsent can be
 * released: both are facts and arrive in their order.
 */
export async function holdOrRelease(desk, { only } = {}) {
  if (!mayHold(desk.who)) return;
  const { race } = desk;
  const held = holdOf(desk);
  if (only && only !== (held ? "release" : "hold")) return;
  // A result that was made unofficial or official has ended every hold.
  if (!held && desk.result.official) return;
  const { command, refs } = held ? releaseOf(held) : { command: { type: "HoldPublicBoard" }, refs: {} };
  // Each tap finds the board as the one before left it: none of them is the same tap again.
  await tried(() => desk.act([{ ...command, race }], { earlier: refs, tap: {} }));
}

/** Return what the band says: `{text, unsent, release}`, or null where the public sees the race. */
function saying(desk) {
  const held = holdOf(desk);
  if (!held) {
    if (!desk.waiting("ReleasePublicBoard") || !desk.heldByAll) return null;
    return { text: "❚❚ RELEASE UNSENT · the public board is held until it is sent", unsent: true };
  }
  const since = age(clock.now() - held.at);
  const unsent = !desk.heldByAll && desk.waits(held.key);
  return unsent
    ? { text: `❚❚ HOLD UNSENT for ${since} · the public goes on seeing the race until it is sent`, unsent, release: true }
    : { text: `❚❚ PUBLIC BOARD HELD for ${since} · the public sees nothing since`, unsent, release: true };
}

/** Keep a band below the head of the page true. */
export function hold(desk) {
  const words = h("span", { class: "desk-hold-words" });
  const release = key("Release the public board", {
    kind: "hold",
    "data-do": "release",
    onclick: () => holdOrRelease(desk, { only: "release" }),
  });
  const name = "Hold of the public board";
  const band = h("section", { class: "desk-hold", "aria-label": name, hidden: true }, words, release);
  document.querySelector(".desk-fault").after(band);
  const say = () => {
    const said = saying(desk);
    band.hidden = !said;
    if (!said) return;
    setText(words, said.text);
    setAttribute(band, "data-unsent", said.unsent);
    release.hidden = !said.release || !mayHold(desk.who);
  };
  for (const type of ["board", "change"]) desk.addEventListener(type, say);
  desk.addEventListener("change", () => {
    for (const { key: number, envelope, problem } of desk.outbox.refused) {
      if (problem && USUAL[envelope.command.type] === problem.code) desk.outbox.seen(number);
    }
  });
  setInterval(say, 1000);
}
