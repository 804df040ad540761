/** What a window is called: of a moment that has passed it says first that it is not live. */

import { word } from "./words.js";

/** Return a title; of the past if `past` is anything. */
export function titled(text, past) {
  const prefix = `${word("notLive")} · `;
  const plain = text.startsWith(prefix) ? text.slice(prefix.length) : text;
  return past ? prefix + plain : plain;
}
