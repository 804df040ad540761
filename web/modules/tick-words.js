/** A moment of a scrubber in the reader's words: what, where, who, after how long. */

import { h } from "./dom.js";
import { nameParts, scriptOf, time } from "./format.js";
import { TABLE, language, tag, translated, word } from "./words.js";

/** Return a moment in a few words: `Crossing · Felix ROUSSEL · 31.20`. */
export function words(tick) {
  const who = nameOf(tick).map((part) => part.text).join("");
  return [what(tick), translated(tick.where), who, when(tick)].filter(Boolean).join(" · ");
}

/**
 * Return the same as nodes, with the family name marked.
 *
 * The name in its own script stands beside where that is the reader's, or where there is room for
 * it: `full`.
 */
export function spelled(tick, { full = false } = {}) {
  const name = nameOf(tick).map((part) => h(part.family ? "b" : "span", { class: part.family ? "family" : null }, part.text));
  const { native_name: native, noc } = tick.who ?? {};
  const script = scriptOf(noc);
  const beside = native && (full || tag() === script || language() === script);
  const parts = [
    [what(tick)],
    [translated(tick.where)].filter(Boolean),
    [...name, ...(beside ? [" ", h("span", { class: "native", lang: script }, native)] : [])],
    [when(tick)].filter(Boolean),
  ].filter((part) => part.length > 0);
  return parts.flatMap((part, index) => (index ? [" · ", ...part] : part));
}

function what(tick) {
  return Object.hasOwn(TABLE, tick.type) ? word(tick.type) : tick.text;
}

function nameOf({ competitor, who }) {
  if (!competitor) return [];
  return nameParts(who?.name ?? competitor, who?.family_name);
}

function when({ elapsed_ms: elapsed }) {
  return elapsed === null || elapsed === undefined ? "" : time(elapsed, 2);
}
