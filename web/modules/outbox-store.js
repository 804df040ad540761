/**
 * What a device keeps of its entries, in IndexedDB: it survives reloads and power cuts.
 *
 * IndexedDB takes some moments. What is pressed just before a page is closed is jotted down at
 * once where the browser can write without waiting, until IndexedDB has it.
 */

const STORE = "entries";
const JOT = "bell-lap.jot.";

export class OutboxStore {
  #opened;
  #name;

  constructor(name = "bell-lap-outbox") {
    this.#name = name;
  }

  /** Return every entry that was kept, or only jotted down. */
  async all() {
    const kept = await this.#run("readonly", (store) => store.getAll());
    const known = new Set(kept.map((entry) => entry.key));
    const jotted = Object.keys(localStorage)
      .filter((name) => name.startsWith(JOT))
      .map((name) => JSON.parse(localStorage.getItem(name)));
    return [...kept, ...jotted.filter((entry) => !known.has(entry.key))];
  }

  /** Note an entry before this returns. */
  jot(entry) {
    try {
      localStorage.setItem(`${JOT}${entry.key}`, JSON.stringify(entry));
    } catch {
      // The place is full: IndexedDB has its own, and is on its way.
    }
  }

  /** Keep entries, each under its key, all or none; strictly also through a power cut. */
  async put(entries, durability = "strict") {
    const put = (store) => entries.map((entry) => store.put(entry)).at(-1);
    await this.#run("readwrite", put, durability);
    for (const { key } of entries) localStorage.removeItem(`${JOT}${key}`);
  }

  /** Forget entries. */
  async remove(keys) {
    if (keys.length) {
      await this.#run("readwrite", (store) => keys.map((key) => store.delete(key)).at(-1));
    }
  }

  async #run(mode, act, durability = "strict") {
    const database = await this.#open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability });
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  #open() {
    this.#opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(this.#name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => {
        this.#opened = undefined;
        reject(request.error);
      };
    });
    return this.#opened;
  }
}
