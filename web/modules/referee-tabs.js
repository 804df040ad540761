/** The tablet's other tabs: the protests of a race, and marks for the replay operator. */

import { area, key } from "./desk-page.js";
import { h } from "./dom.js";
import { line } from "./video-marks.js";

const MOST_MARKS = 9;

/** Show the protest clock, and the protests. */
export function protests(list, desk, act) {
  const declared = desk.journal.findLast(
    (row) => row.race === desk.race && row.type === "ResultDeclaredOfficial",
  );
  const minutes = desk.ruleset?.protest_minutes ?? 0;
  list.show({
    protests: desk.result?.protests ?? [],
    nocs: [...new Set((desk.result?.rows ?? []).map((row) => row.noc))].sort(),
    until: declared ? declared.data.at_ms + minutes * 60_000 : null,
    act,
  });
}

/** Show the bookmarks of this race on every referee's tablet; `twice` asks before one is removed. */
export function video(panel, own, { mayMark, mark, twice, remove }) {
  area(panel.querySelector(".mark-keys"), mayMark, () =>
    mayMark ? [key("Bookmark now", { kind: "primary", "data-do": "mark", onclick: mark })] : [],
  );
  panel.querySelector(".mark-words").hidden = !mayMark;
  area(panel.querySelector(".marks"), [own.slice(0, MOST_MARKS), mayMark, twice.state], () =>
    own.slice(0, MOST_MARKS).map((each) => line(each, removal(each, { mayMark, twice, remove }))),
  );
}

function removal({ version }, { mayMark, twice, remove }) {
  if (!mayMark || version === null) return null;
  return twice.key(`unmark-${version}`, {
    label: "Remove…",
    sure: "Tap again",
    act: () => remove(version),
  });
}
