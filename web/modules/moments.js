/** Joins a page to other moments: the feed, the control, `?at=` in the address, and what is shown. */

import { read } from "./api-read.js";
import { setAttribute } from "./dom.js";
import { Past } from "./past.js";
import { titled } from "./title.js";
import { translated, word } from "./words.js";

export class Moments {
  #bar;
  #page;
  #held = new Map();
  #past = new Past();
  #path = "";
  #position = null;

  /**
   * `page` has `topics()`, what is shown; `path()`, whose moments the scrubber marks; and
   * `show(topic, data, as_of)`, which is called with the present and with what was. `pin()` keeps to
   * the race that is shown: along its moments another one may have been current.
   */
  constructor(bar, page) {
    this.#bar = bar;
    this.#page = page;
    this.#past.addEventListener("moment", ({ detail }) => this.#show(detail));
    this.#past.addEventListener("refused", ({ detail }) => this.#refuse(detail));
    bar.addEventListener("open", () => {
      this.#page.pin?.();
      this.#mark();
    });
    bar.addEventListener("moment", ({ detail }) => this.#go(String(detail)));
    bar.addEventListener("now", () => this.#go(null));
  }

  /** Take a document of the feed: it is shown at once, or when the page is back in the present. */
  take(topic, data) {
    this.#held.set(topic, data);
    if (this.#past.at === null) this.#page.show(topic, data, null);
  }

  /** Show what the address asks for, and mark moments where somebody was faster than this module. */
  start() {
    if (this.#bar.opened) this.#mark();
    const at = new URLSearchParams(location.search).get("at");
    if (!at) return;
    this.#bar.open();
    this.#go(at);
  }

  /** The page shows other topics from now on. */
  refresh() {
    if (this.#bar.opened) this.#mark();
    if (this.#past.at !== null) this.#past.go(this.#past.at, this.#page.topics());
  }

  #go(at) {
    const address = new URL(location.href);
    if (at === null) address.searchParams.delete("at");
    else address.searchParams.set("at", at);
    history.replaceState(history.state, "", address);
    if (at !== null) {
      setAttribute(document.body, "data-past", "");
      this.#past.go(at, this.#page.topics());
      return;
    }
    this.#past.go(null);
    this.#position = null;
    setAttribute(document.body, "data-past", null);
    this.#bar.past = null;
    document.title = titled(document.title, null);
    for (const topic of this.#page.topics()) {
      if (this.#held.has(topic)) this.#page.show(topic, this.#held.get(topic), null);
    }
  }

  #show({ position, documents }) {
    this.#position = position;
    for (const [topic, data] of documents) this.#page.show(topic, data, String(position));
    this.#page.pin?.();
    this.#bar.past = { position };
    if (this.#bar.opened) this.#mark();
    document.title = titled(document.title, position);
  }

  /** Nothing of the present may stand under a moment that is none. */
  #refuse(sentence) {
    if (this.#position === null) this.#go(null);
    this.#bar.say(sentence);
  }

  /** Read what the scrubber marks, where the page shows something else than before. */
  async #mark() {
    const path = this.#page.path();
    if (path === this.#path && this.#past.at !== null) return;
    this.#path = path;
    try {
      const [{ rows }, names] = await Promise.all([read(path), namesFor(path)]);
      if (path !== this.#path) return;
      this.#bar.ticks = rows.map((row) => ({ ...row, where: where(row, names) }));
      if (rows.length === 0) this.#bar.say(word("noMoments"));
    } catch (error) {
      this.#bar.say(error.message);
    }
  }
}

/** Return where a moment was: nothing along one race, the race in a competition, the city in a series. */
function where(row, names) {
  if (!row.race) return "";
  if (row.name) return [row.city, row.name, row.round].filter(Boolean).join(" ");
  return names.get(row.race) ?? row.race;
}

/** Return what the races of a competition are called; a race's own moments need no names. */
async function namesFor(path) {
  if (!path.startsWith("competitions/")) return new Map();
  const { rows } = await read(path.replace(/\/moments$/, ""));
  return new Map(rows.map((row) => [row.id, `${translated(row.name)} ${translated(row.round)}`]));
}
