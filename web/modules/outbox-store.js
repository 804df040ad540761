/** What a device keeps of its entries, in IndexedDB: it survives reloads and power cuts. */

const STORE = "entries";

export class OutboxStore {
  #opened;
  #name;

  constructor(name = "bell-lap-outbox") {
    this.#name = name;
  }

  /** Return every entry that was kept. */
  async all() {
    return this.#run("readonly", (store) => store.getAll());
  }

  /** Keep entries, each under its key, all or none. */
  async put(entries) {
    await this.#run("readwrite", (store) => entries.map((entry) => store.put(entry)).at(-1));
  }

  /** Forget entries. */
  async remove(keys) {
    if (keys.length) {
      await this.#run("readwrite", (store) => keys.map((key) => store.delete(key)).at(-1));
    }
  }

  async #run(mode, act) {
    const database = await this.#open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability: "strict" });
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
