/** What entries say of a competitor beyond a board: names in their own script, family names, nations. */

const AGAIN_MS = 10_000;
/** Somebody whom the entries do not know, one who has withdrawn say, is asked about less and less often. */
const LONGEST_MS = 320_000;

export class Names {
  #competition;
  #known = new Map();
  #asked = -Infinity;
  #patience = AGAIN_MS;
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

  /** Return a programme whose podiums carry the family names of those who stand on them. */
  programme(document) {
    const rows = Object.entries(document.entries ?? {});
    const families = this.#families();
    const places = rows.flatMap(([, race]) => race.podium ?? []);
    if (places.some((place) => !families.has(called(place)))) this.#ask();
    const podium = (race) => (race.podium ?? []).map((place) => ({ ...place, family_name: families.get(called(place)) }));
    const entries = Object.fromEntries(rows.map(([id, race]) => [id, { ...race, podium: podium(race) }]));
    return { ...document, entries };
  }

  /** Return medal tables whose skaters carry their family names. */
  medals(document) {
    const tables = Object.entries(document.tables ?? {}).map(([name, table]) => {
      if (!name.startsWith("skater-")) return [name, table];
      const rows = Object.entries(table.entries ?? {});
      if (rows.some(([id]) => !this.#known.has(id))) this.#ask();
      const dressed = rows.map(([id, row]) => [id, { ...row, family_name: this.#known.get(id)?.family_name }]);
      return [name, { ...table, entries: Object.fromEntries(dressed) }];
    });
    return { ...document, tables: Object.fromEntries(tables) };
  }

  /** Return the family names by name and NOC; of two who are called the same, none. */
  #families() {
    const found = new Map();
    for (const row of this.#known.values()) {
      const family = row.family_name ?? "";
      const other = found.get(called(row)) ?? family;
      found.set(called(row), other === family ? family : "");
    }
    return found;
  }

  async #ask() {
    if (this.#now() - this.#asked < this.#patience) return;
    this.#asked = this.#now();
    const rows = await this.#read(this.#competition).catch(() => []);
    const before = this.#known.size;
    for (const row of rows) this.#known.set(row.id, row);
    this.#patience = this.#known.size > before ? AGAIN_MS : Math.min(2 * this.#patience, LONGEST_MS);
    if (rows.length > 0) this.#changed();
  }
}

/** A podium names whom it honours, and no id. */
function called({ name, noc }) {
  return `${name} ${noc}`;
}

async function entries(competition) {
  const address = `/api/v1/competitions/${encodeURIComponent(competition)}/entries`;
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  return response.ok ? (await response.json()).rows : [];
}
