/** The feed that an address asks for: the present, late for a broadcast, a race again, or one moment. */

import { DelayedFeed, delayMs } from "./delay.js";
import { h, setAttribute, setText } from "./dom.js";
import { Feed } from "./feed.js";
import { Past } from "./past.js";
import { word } from "./words.js";

const FASTEST = 100;

/** A feed of one moment: each document once, and nothing after it. */
class Still extends EventTarget {
  #past = new Past();
  #topics;
  #at;

  constructor(topics, at, refuse) {
    super();
    this.#topics = topics;
    this.#at = at;
    this.#past.addEventListener("refused", ({ detail }) => refuse(detail));
    this.#past.addEventListener("moment", ({ detail }) => this.#tell(detail));
  }

  start() {
    setAttribute(document.body, "data-past", "");
    this.#past.go(this.#at, this.#topics);
  }

  #tell({ position, documents }) {
    label(`${word("notLive")} · ${word("asItWas", { n: position })}`);
    this.dispatchEvent(new CustomEvent("status", { detail: { connected: true, stale: false, position } }));
    for (const [topic, data] of documents) {
      this.dispatchEvent(new CustomEvent("document", { detail: { topic, data } }));
    }
  }
}

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
 * `refuse` is told why, where a delay is not kept or a moment is none. A replay and a moment are
 * labelled on the page: nothing else tells them from the present.
 */
export function openFeed(topics, asked, refuse) {
  if (asked.get("at")) return new Still(topics, asked.get("at"), refuse);
  const options = optionsOf(asked);
  const feed = new Feed(Feed.here(), topics, options);
  feed.addEventListener("replay", ({ detail: { speed } }) => {
    label(speed === 1 ? word("replay") : `${word("replay")} ×${speed}`);
  });
  return options.delayMs ? new DelayedFeed(feed, options.delayMs, refuse) : feed;
}

function label(text) {
  let shown = document.querySelector(".replay-label");
  if (!shown) {
    shown = h("p", { class: "replay-label", role: "status" });
    document.querySelector("main").append(shown);
  }
  setText(shown, text);
}
