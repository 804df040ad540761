/** The tablet's other tabs: the protests of a race, and marks for the replay operator. */

import { area, key } from "./desk-page.js";
import { h } from "./dom.js";
import { time } from "./format.js";

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

/** Show the bookmarks of this race. */
export function video(panel, own, bookmark) {
  area(panel, own, () => [
    h(
      "p",
      { class: "soft" },
      "Kept on this tablet alone, for the replay operator: nothing of it is recorded.",
    ),
    h(
      "ol",
      { class: "marks", role: "list" },
      own.map((mark) =>
        h(
          "li",
          null,
          h("b", null, new Date(mark.at).toLocaleTimeString("en-GB")),
          mark.clock === null ? "" : ` · race ${time(mark.clock, 1)}`,
          mark.lap ? ` · lap ${mark.lap}` : "",
        ),
      ),
    ),
    key("Bookmark now", { onclick: bookmark }),
  ]);
}
