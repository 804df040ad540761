/** What entries say of a competitor beyond a board: the name in its own script, the nation. */

const AGAIN_MS = 10_000;

export class Names {
  #competition;
  #known = new Map();
  #asked = -Infinity;
  #read;
  #now;
  #changed;

  /** `changed` is called when names have become known. */
  constructor(competition, changed, { read = entries, now = () => Date.now() } = {}) {
    this.#competition = competition;
    this.#changed = changed;
    this.#read = read;
    this.#now = now;
  }

  /** Return a board whose competitors carry what is known of them; ask when one is unknown. */
  dress(board) {
    const ids = Object.keys(board.entries ?? {});
    if (ids.some((id) => !this.#known.has(id))) this.#ask();
    const dressed = ids.map((id) => {
      const { native_name, nation, pronunciation } = this.#known.get(id) ?? {};
      return [id, { ...board.entries[id], native_name, nation, pronunciation }];
    });
    return { ...board, entries: Object.fromEntries(dressed) };
  }

  async #ask() {
    if (this.#now() - this.#asked < AGAIN_MS) return;
    this.#asked = this.#now();
    const rows = await this.#read(this.#competition).catch(() => []);
    for (const row of rows) this.#known.set(row.id, row);
    if (rows.length > 0) this.#changed();
  }
}

async function entries(competition) {
  const address = `/api/v1/competitions/${encodeURIComponent(competition)}/entries`;
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  return response.ok ? (await response.json()).rows : [];
}
