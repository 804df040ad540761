/** Documents as they were at a moment, in the shape in which the feed sends the present. */

import { read } from "./api-read.js";
import { asFeed } from "./changes.js";

const MEDALS = {
  "noc-all": { by: "noc", gender: "all" },
  "noc-men": { by: "noc", gender: "men" },
  "noc-women": { by: "noc", gender: "women" },
  "noc-mixed": { by: "noc", gender: "mixed" },
  "skater-all": { by: "skater", gender: "all" },
};
const NO_RACE = { race: "", entries: {}, order: [] };

/**
 * Reads topics as of a moment; of moments that follow each other quickly the last one is shown.
 *
 * Events: `moment` ({position, documents}) with documents by topic, `refused` (a sentence) when
 * there is no such moment.
 */
export class Past extends EventTarget {
  #at = null;
  #topics = [];
  #turn = 0;
  #busy = false;
  #read;

  constructor(reading = read) {
    super();
    this.#read = reading;
  }

  /** The moment that was asked for, or null for the present. */
  get at() {
    return this.#at;
  }

  /** Read topics as of a moment; null ends it. */
  go(at, topics = []) {
    this.#at = at;
    this.#topics = topics;
    this.#turn += 1;
    if (at !== null && !this.#busy) this.#run();
  }

  async #run() {
    this.#busy = true;
    let turn;
    do {
      turn = this.#turn;
      await this.#once(turn);
    } while (turn !== this.#turn && this.#at !== null);
    this.#busy = false;
  }

  async #once(turn) {
    let kind = "moment";
    let detail;
    try {
      // One position for all documents, whatever the moment is called.
      const { position } = await this.#read("competitions", { as_of: this.#at });
      const found = this.#topics.map(async (topic) => [topic, await this.#document(topic, position)]);
      detail = { position, documents: new Map(await Promise.all(found)) };
    } catch (error) {
      kind = "refused";
      detail = error.message;
    }
    if (turn === this.#turn) this.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  async #document(topic, as_of) {
    const [kind, ...rest] = topic.split("/");
    const name = rest.join("/");
    try {
      return await DOCUMENTS[kind](this.#read, name, String(as_of));
    } catch (error) {
      if (error.code !== "not-found") throw error;
      return kind === "race" || kind === "current" ? NO_RACE : { ...asFeed({ rows: [] }), tables: {}, distances: [] };
    }
  }
}

const DOCUMENTS = {
  async race(read, name, as_of) {
    return { ...asFeed(await read(`races/${name}/board`, { as_of })), as_of };
  },
  async current(read, name, as_of) {
    const { current } = await read(`competitions/${name}`, { as_of });
    return current ? DOCUMENTS.race(read, current, as_of) : NO_RACE;
  },
  async programme(read, name, as_of) {
    return asFeed(await read(`competitions/${name}`, { as_of }));
  },
  async medals(read, name, as_of) {
    const tables = Object.entries(MEDALS).map(async ([table, query]) => [
      table,
      asFeed(await read(`competitions/${name}/medals`, { ...query, as_of })),
    ]);
    return { competition: name, tables: Object.fromEntries(await Promise.all(tables)) };
  },
  async standings(read, series, as_of) {
    const first = await read(`series/${series}/standings`, { as_of });
    const tables = first.tables.map(async (table) => [
      table,
      asFeed(table === first.table ? first : await read(`series/${series}/standings`, { table, as_of })),
    ]);
    return { series, name: first.name, tables: Object.fromEntries(await Promise.all(tables)) };
  },
};
