/** The feed that a page's address asks for: in the present, late for a broadcast, or a race again. */

import { DelayedFeed, delayMs } from "./delay.js";
import { h, setText } from "./dom.js";
import { Feed } from "./feed.js";
import { word } from "./words.js";

const FASTEST = 100;

/** Return the options of a hello that an address asks for: `?delay=30`, `?replay&speed=2&from=812`. */
export function optionsOf(asked) {
  if (asked.has("replay")) {
    const speed = Number.parseFloat(asked.get("speed") ?? "1");
    const from = Number.parseInt(asked.get("from"), 10);
    const replay = { speed: Math.min(Math.max(speed >= 0 ? speed : 1, 0), FASTEST) };
    return { replay: from >= 0 ? { ...replay, from } : replay };
  }
  const wanted = delayMs(asked.get("delay"));
  return wanted ? { delayMs: wanted } : {};
}

/**
 * Return a feed of topics as the address asks for it, not started yet.
 *
 * `refuse` is told why, where a delay is not kept. A replay is labelled on the page: nothing else
 * tells it from the present.
 */
export function openFeed(topics, asked, refuse) {
  const options = optionsOf(asked);
  const feed = new Feed(Feed.here(), topics, options);
  feed.addEventListener("replay", ({ detail }) => label(detail));
  return options.delayMs ? new DelayedFeed(feed, options.delayMs, refuse) : feed;
}

function label({ speed }) {
  let shown = document.querySelector(".replay-label");
  if (!shown) {
    shown = h("p", { class: "replay-label", role: "status" });
    document.querySelector("main").append(shown);
  }
  setText(shown, speed === 1 ? word("replay") : `${word("replay")} ×${speed}`);
}
