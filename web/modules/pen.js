/** Whose crossings count, and where another recorder saw it otherwise. Pure. */

export const SHOWN_AFTER_MS = 3000;

export class Pen {
  #device;
  #document = null;

  constructor(device) {
    this.#device = device;
  }

  /** Take the race's document `recorders`; null when another race is armed. */
  hear(document) {
    this.#document = document;
  }

  /** The name of this device, which changes when it is paired. */
  set device(device) {
    this.#device = device;
  }

  /** `{device, official}` of whoever writes, or null as far as it is known. */
  get holder() {
    return this.#document?.pen ?? null;
  }

  /** Whether another device writes, so that what is entered here is an opinion. */
  get elsewhere() {
    return this.holder !== null && this.holder.device !== this.#device;
  }

  /** Say whose the pen is, and how many lap rows are agreed. */
  get text() {
    if (!this.holder) return "no pen";
    const rows = this.#document.rows.filter((row) => row.agreed !== null);
    const agreed = rows.filter((row) => row.agreed).length;
    const where = this.elsewhere ? `pen: ${this.holder.device}` : "pen: here";
    return rows.length ? `${where} · agreed ${agreed}/${rows.length}` : where;
  }

  /** Return what differs and has had time to be keyed by the other, oldest first. */
  open(sinceGun) {
    const all = this.#document?.differences ?? [];
    return all.filter((each) => sinceGun !== null && sinceGun - each.at_ms > SHOWN_AFTER_MS);
  }

  /** Return the oldest crossing that another saw and that does not stand, or null. */
  adoptable(sinceGun) {
    const theirs = (each) => each.kind === "missing" && each.device !== this.#device;
    return this.open(sinceGun).find(theirs) ?? null;
  }

  /** Return a few words by competitor. */
  differences(sinceGun) {
    const found = new Map();
    for (const each of this.open(sinceGun)) {
      if (!found.has(each.competitor)) found.set(each.competitor, this.#words(each));
    }
    return found;
  }

  #words({ kind, device, row }) {
    const own = device === this.#device;
    if (own) {
      if (kind === "missing") return `the pen lacks lap ${row}`;
      return kind === "extra" ? `the pen has lap ${row}` : `other order in lap ${row}`;
    }
    const opinion = this.#document.opinions.find((each) => each.device === device);
    const who = !opinion || opinion.time_source === "hand" ? "other" : opinion.time_source;
    if (kind === "missing") return `G: ${who} saw lap ${row}`;
    return kind === "extra" ? `${who} lacks lap ${row}` : `${who}: order of lap ${row}`;
  }
}
