/** Which race the console is armed for, and what was last heard of it, also after a reload. */

const KEPT = "bell-lap.console";
const OVER = new Set(["UNCONFIRMED", "UNOFFICIAL", "UNDER_REVIEW", "OFFICIAL", "CORRECTED", "CANCELLED"]);

export class Armed {
  #storage;
  #kept;

  constructor(storage) {
    this.#storage = storage;
    const nothing = { race: null, competition: null, programme: null, offset: null };
    const kept = JSON.parse(storage.getItem(KEPT) ?? "{}");
    this.#kept = { ...nothing, boards: {}, bases: {}, ...kept };
  }

  get race() {
    return this.#kept.race;
  }

  get competition() {
    return this.#kept.competition;
  }

  get offset() {
    return this.#kept.offset;
  }

  /** The board as it was last heard; an empty one before that. */
  get board() {
    const empty = { race: this.race, entries: {}, order: [], laps_total: 0, round: "" };
    return this.#kept.boards[this.race] ?? empty;
  }

  /** What the board had when this console came to a race that was running, or null. */
  get base() {
    return this.#kept.bases[this.race] ?? null;
  }

  /** Arm a race by its id. */
  arm(race) {
    this.#kept.race = race;
    this.#kept.competition = race.split("/", 1)[0];
    this.#keep();
  }

  /** Follow a competition's programme; return whether that is another one. */
  enter(competition) {
    if (this.competition === competition) return false;
    this.#kept.competition = competition;
    this.#keep();
    return true;
  }

  /** Arm the next race of the programme, or the one before; return whether there was one. */
  step(by) {
    const entries = this.#kept.programme?.entries ?? {};
    const races = (this.#kept.programme?.order ?? []).filter((id) => entries[id]?.kind !== "session");
    const at = races.indexOf(this.race);
    const first = races.findIndex((id) => !OVER.has(entries[id]?.state));
    const to = at < 0 ? first : at + by;
    if (to < 0 || to >= races.length) return false;
    this.arm(races[to]);
    return true;
  }

  /** The other races whose public boards are held, as the programme names them. */
  get heldBeside() {
    const entries = Object.entries(this.#kept.programme?.entries ?? {});
    return entries.filter(([id, row]) => row.held && id !== this.race).map(([, row]) => `${row.name} ${row.round}`);
  }

  /**
   * Take a document as of a position.
   *
   * What the public sees of a race whose board is held says nothing of how it goes on: only the mark
   * is taken, and the rest from a `live` document.
   */
  heard(topic, data, entries, position = 0, { live = false } = {}) {
    if (topic.startsWith("programme/")) this.#kept.programme = data;
    if (topic.startsWith("race/") && data.race) {
      const known = this.#kept.boards[data.race];
      if (data.held && !live) {
        // Until a live document has come, this console does not begin with what may be long ago.
        const shown = known ?? { ...slim(data), frozen: true };
        this.#kept.boards[data.race] = { ...shown, held: data.held, heard: position };
      } else {
        if (!known || known.frozen || known.attempt !== data.attempt) this.#begin(data, entries);
        this.#kept.boards[data.race] = { ...slim(data), heard: position };
      }
    }
    this.#keep();
  }

  keepOffset(offset) {
    this.#kept.offset = offset;
    this.#keep();
  }

  /** A race that runs already, and of which this console has entered nothing, begins as it stands. */
  #begin(data, entries) {
    const own = entries.some(
      ({ envelope, note }) => envelope.command.race === data.race && note.attempt === data.attempt,
    );
    if (own || data.state !== "LIVE") {
      if (this.#kept.bases[data.race]?.attempt !== data.attempt) delete this.#kept.bases[data.race];
      return;
    }
    this.#kept.bases[data.race] = {
      attempt: data.attempt,
      elapsed: Object.fromEntries(
        Object.entries(data.entries).map(([id, { chart }]) => [
          id,
          Object.values(chart ?? {}).map(([, ms]) => ms ?? null),
        ]),
      ),
    };
  }

  #keep() {
    const races = Object.keys(this.#kept.boards);
    for (const race of races.slice(0, -20)) delete this.#kept.boards[race];
    this.#storage.setItem(KEPT, JSON.stringify(this.#kept));
  }
}

/** A board without its lap chart, which the console does not show. */
function slim(board) {
  const entries = Object.entries(board.entries ?? {}).map(([id, { chart, marks, ...rest }]) => [id, rest]);
  return { ...board, entries: Object.fromEntries(entries) };
}
