/** What a desk last knew of a race, in IndexedDB: a reload without a network shows it again. */

const NAME = "bell-lap-desk";
const STORE = "races";
const MOST = 12;

/** Return how to read and write it; where nothing can be kept, nothing is known. */
export function lastKnown() {
  let opened;
  const open = () => {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "race" });
      request.onsuccess = () => {
        // Another page forgets it all: nothing may stand in its way.
        request.result.onversionchange = () => request.result.close();
        resolve(request.result);
      };
      request.onerror = () => reject(request.error);
    });
    return opened;
  };
  return {
    async read(race) {
      try {
        return (await run(await open(), "readonly", (store) => store.get(race)))?.known ?? null;
      } catch {
        return null;
      }
    },
    async write(race, known) {
      try {
        const database = await open();
        const others = (await run(database, "readonly", (store) => store.getAllKeys())).filter(
          (each) => each !== race,
        );
        await run(database, "readwrite", (store) => {
          for (const each of others.slice(0, Math.max(0, others.length + 1 - MOST))) store.delete(each);
          return store.put({ race, known });
        });
      } catch {
        // It is a convenience: without it, the page waits for the server.
      }
    },
  };
}

/** Forget everything: who uses the device next may not be told what is under embargo. */
export function forgetAll() {
  indexedDB.deleteDatabase(NAME);
}

function run(database, mode, act) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, mode);
    const request = act(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}
