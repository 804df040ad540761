/** A feed that the server holds back for a broadcast; where it does not, nothing is shown. */

import { word } from "./words.js";

const LEAST_S = 2;
const LONGEST_S = 300;

/** Return how many milliseconds a parameter in seconds asks for, from two seconds to five minutes. */
export function delayMs(text) {
  const seconds = Number.parseFloat(text ?? "");
  if (!(seconds > 0)) return 0;
  return Math.round(Math.min(Math.max(seconds, LEAST_S), LONGEST_S) * 1000);
}

/** How far the server's clock is ahead of ours, by the date of an answer: to half a second. */
async function serverOffset() {
  const response = await fetch("/version", { cache: "no-store" });
  return Date.parse(response.headers.get("Date")) + 500 - Date.now();
}

/**
 * Passes on what a feed says once the feed has proved that it is late.
 *
 * Whoever asks for a delay must not see the present. A delayed feed tells the time late, too; so its
 * time is compared with the server's own, and nothing is passed on before that. A feed that turns out
 * to be in the present is stopped, and `refuse` is told.
 */
export class DelayedFeed extends EventTarget {
  #feed;
  #wanted;
  #offset;
  #refuse;
  #proved = false;
  #held = new Map();

  constructor(feed, wanted, refuse, offset = serverOffset) {
    super();
    this.#feed = feed;
    this.#wanted = wanted;
    this.#refuse = refuse;
    this.#offset = offset;
    feed.addEventListener("document", (event) => this.#document(event.detail));
    feed.addEventListener("status", ({ detail }) => this.#tell("status", detail));
    feed.addEventListener("time", ({ detail }) => this.#time(detail));
    feed.addEventListener("refused", ({ detail }) => detail.code === "bad-delay" && this.#give(detail.detail));
  }

  start() {
    this.#feed.start();
  }

  stop() {
    this.#feed.stop();
  }

  #tell(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  #document(detail) {
    if (this.#proved) this.#tell("document", detail);
    else this.#held.set(detail.topic, detail);
  }

  async #time(detail) {
    if (this.#proved) return this.#tell("time", detail);
    const offset = await this.#offset().catch(() => null);
    if (offset === null || this.#proved) return undefined;
    if (offset - detail.offset < this.#wanted / 2) return this.#give(word("delayRefused"));
    this.#proved = true;
    this.#tell("time", detail);
    for (const each of this.#held.values()) this.#tell("document", each);
    this.#held.clear();
    return undefined;
  }

  #give(reason) {
    this.stop();
    this.#held.clear();
    this.#refuse(reason);
  }
}
