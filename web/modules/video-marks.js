/** Video bookmarks: what stands in the log, and what this device has yet to send. */

import { h } from "./dom.js";
import { time } from "./format.js";

const WAITING = new Set(["saving", "queued"]);

/**
 * Return the bookmarks of a race, the latest first.
 *
 * `recorded` are those of the officials' result, `entries` the outbox's; what waits has no version.
 */
export function bookmarks(race, recorded, entries) {
  const unsent = entries
    .filter(({ state, envelope: { command } }) => {
      return WAITING.has(state) && command.type === "BookmarkVideo" && command.race === race;
    })
    .map(({ key, envelope: { command, occurred_at, official } }) => ({
      key,
      version: null,
      at_ms: Date.parse(occurred_at),
      elapsed_ms: null,
      lap: command.lap ?? null,
      label: command.label ?? "",
      official,
    }));
  return [...(recorded ?? []), ...unsent].sort((a, b) => b.at_ms - a.at_ms);
}

/** Return the line of a bookmark, with whatever stands behind it. */
export function line(mark, ...rest) {
  const said = [
    mark.elapsed_ms === null ? "" : `race ${time(mark.elapsed_ms, 1)}`,
    mark.lap ? `lap ${mark.lap}` : "",
    mark.official,
    mark.version === null ? "unsent" : "",
  ];
  return h(
    "li",
    { class: "mark", "data-version": mark.version },
    h("b", null, new Date(mark.at_ms).toLocaleTimeString("en-GB")),
    h("span", { class: "mark-label" }, mark.label),
    h("span", { class: "soft" }, said.filter(Boolean).join(" · ")),
    ...rest,
  );
}
