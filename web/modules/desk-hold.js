/** That the public board of the desk's race is held, for how long, and the way out. */

import { may } from "./api.js";
import { clock } from "./clock.js";
import { key, tried } from "./desk-page.js";
import { h, setText } from "./dom.js";
import { age } from "./format.js";

const MAY_HOLD = ["lap-recorder", "starter", "timekeeper", "photo-finish", "referee", "chief-referee"];

/** Whether this official may hold the public board, and release it. */
export function mayHold(who) {
  return may(who, ...MAY_HOLD);
}

/** Return the hold of the desk's race, `{version, at_ms}`, or null. */
export function holdOf(desk) {
  const newest = desk.board?.race === desk.race ? desk.board : desk.result;
  return newest?.held ?? null;
}

/** Hold the public board of the desk's race, or release it; nothing while either is on its way. */
export async function holdOrRelease(desk, { only } = {}) {
  if (!mayHold(desk.who) || onItsWay(desk)) return;
  const { race } = desk;
  const held = holdOf(desk);
  if (only && only !== (held ? "release" : "hold")) return;
  // A result that was made unofficial or official has ended every hold.
  if (!held && desk.result.official) return;
  const command = held ? { type: "ReleasePublicBoard", race, hold: held.version } : { type: "HoldPublicBoard", race };
  await tried(() => desk.act([command]));
}

/** Whether a hold or its release waits to be sent. */
export function onItsWay(desk) {
  return Boolean(desk.waiting("HoldPublicBoard") ?? desk.waiting("ReleasePublicBoard"));
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
    const held = holdOf(desk);
    band.hidden = !held;
    if (!held) return;
    setText(words, `❚❚ PUBLIC BOARD HELD for ${age(clock.now() - held.at_ms)} · the public sees nothing since`);
    release.hidden = !mayHold(desk.who);
  };
  for (const type of ["board", "change"]) desk.addEventListener(type, say);
  setInterval(say, 1000);
}
