/** A feed that the server holds back for a broadcast; where it will not, nothing is shown. */

import { Feed } from "./feed.js";
import { word } from "./words.js";

const LONGEST_S = 300;

/** Return how many milliseconds a parameter in seconds asks for, at most five minutes. */
export function delayMs(text) {
  const seconds = Number.parseFloat(text ?? "");
  return seconds > 0 ? Math.round(Math.min(seconds, LONGEST_S) * 1000) : 0;
}

/**
 * Return a feed of topics, delayed by so many seconds.
 *
 * Whoever asks for a delay must not see the present: if the feed cannot be delayed, it is never
 * started, and `refuse` is told why.
 */
export function delayed(topics, seconds, refuse) {
  const wanted = delayMs(seconds);
  const feed = new Feed(Feed.here(), topics, wanted ? { delayMs: wanted } : {});
  if (wanted && feed.delayMs !== wanted) {
    feed.start = () => {};
    refuse(word("delayRefused"));
  }
  return feed;
}
