/**
 * Facts on their way to the server: kept, sent in order, shown until they have arrived.
 *
 * Pure: the store, the way to the server, the clock and the timer are handed in. An entry is
 * `{key, state, envelope, refs, note, receipt, problem}`; its state is one of
 *
 * - `saving`  shown, not yet kept by this device
 * - `queued`  kept, and not known to have arrived
 * - `sent`    in the server's log, at `receipt`
 * - `refused` the server said no: kept and shown, for a person to decide
 * - `moot`    it speaks about an entry that was refused
 *
 * `refs` names entries whose version the server gives: `{target: key}` puts the version of that
 * entry's event into the command's field `target` when it is sent.
 */

import { nextNumber } from "./api.js";

export const BATCH = 100;
export const BACK_OFF_MS = [250, 500, 1000, 2000, 4000, 8000];
const KEPT_MS = 3 * 24 * 3600 * 1000;
const UNSENT = new Set(["saving", "queued"]);

/** Return a command with the versions of the entries it speaks about. */
export function resolved(entry, find) {
  const command = { ...entry.envelope.command };
  for (const [field, key] of Object.entries(entry.refs ?? {})) {
    command[field] = find(key).receipt.events[0].version;
  }
  return { ...entry.envelope, command };
}

/** Return `{send, moot}`: the entries that can be sent now, in order, and those without a subject. */
export function ready(entries, find, limit = BATCH) {
  const send = [];
  const moot = [];
  for (const entry of entries) {
    if (!UNSENT.has(entry.state)) continue;
    const subjects = Object.values(entry.refs ?? {}).map((key) => find(key)?.state ?? "refused");
    if (subjects.some((state) => state === "refused" || state === "moot")) moot.push(entry);
    else if (subjects.some((state) => state !== "sent")) break;
    else send.push(entry);
    if (send.length === limit) break;
  }
  return { send, moot };
}

export class Outbox extends EventTarget {
  #store;
  #post;
  #now;
  #later;
  #entries = new Map();
  #flushing = null;
  #wanted = false;
  #failures = 0;
  #timer = null;
  #limit = BATCH;
  #held = null;
  #unsafe = null;
  #number;
  #tell;

  /** `number` gives the next number, `tell` other pages of this device what has been kept. */
  constructor({
    store,
    post,
    now = () => Date.now(),
    later = (ms, act) => setTimeout(act, ms),
    number = nextNumber,
    tell = () => {},
  }) {
    super();
    this.#store = store;
    this.#post = post;
    this.#now = now;
    this.#later = later;
    this.#number = number;
    this.#tell = tell;
  }

  /** Read what an earlier page kept; what arrived days ago is forgotten. */
  async open() {
    const kept = (await this.#store.all()).sort((a, b) => a.key - b.key);
    const old = kept.filter(
      (entry) =>
        (entry.state === "sent" || entry.state === "moot") &&
        this.#now() - Date.parse(entry.envelope.occurred_at) > KEPT_MS,
    );
    await this.#store.remove(old.map((entry) => entry.key));
    for (const entry of kept) {
      if (!old.includes(entry)) this.#entries.set(entry.key, entry);
    }
    this.#number(this.#now(), (kept.at(-1)?.key ?? 0) + 1);
    this.#changed();
    this.flush();
  }

  /** Every entry, in the order in which they were made. */
  get entries() {
    return [...this.#entries.values()];
  }

  /** How many facts are not known to have arrived. */
  get depth() {
    return this.entries.filter((entry) => UNSENT.has(entry.state)).length;
  }

  /** What the server refused and nobody has looked at. */
  get refused() {
    return this.entries.filter((entry) => entry.state === "refused" && !entry.seen);
  }

  /** Why nothing is sent though the server answers, or null. */
  get held() {
    return this.#held;
  }

  /** Why facts are not kept on this device, or null. */
  get unsafe() {
    return this.#unsafe;
  }

  /**
   * Take a fact, at once; it is kept and sent behind the caller's back, both at the same time:
   * the disk of a tablet may take longer than the server, and a fact sent twice counts once.
   */
  put(command, { official, device, occurredAt = this.#now(), refs = {}, note = {} }) {
    const key = this.#number(this.#now());
    const envelope = {
      command,
      official,
      device,
      device_seq: key,
      occurred_at: new Date(occurredAt).toISOString(),
    };
    const entry = { key, state: "saving", envelope, refs, note, receipt: null, problem: null };
    this.#entries.set(key, entry);
    this.#store.jot({ ...entry, state: "queued" });
    this.#changed();
    this.#keep([{ ...entry, state: "queued" }]).then(() => {
      if (entry.state !== "saving") return;
      entry.state = "queued";
      this.#changed();
    });
    this.flush();
    return entry;
  }

  /** Send a refused fact again, under a new number and today's name, with what was said of it. */
  again(key, who = {}) {
    const entry = this.#entries.get(key);
    if (entry?.state !== "refused") return;
    entry.envelope = { ...entry.envelope, ...who };
    renumber(entry, this.#number(this.#now()));
    const about = this.entries.filter((each) => each.state === "moot" && refers(each, key));
    for (const each of about) each.state = "queued";
    this.#keep([entry, ...about]);
    this.#changed();
    this.flush();
  }

  /** Say that a refusal has been seen; the entry stays. */
  seen(key) {
    const entry = this.#entries.get(key);
    if (!entry) return;
    entry.seen = true;
    this.#keep([entry]);
    this.#changed();
  }

  /** Take what another page of this device has kept; it sends that itself, as long as it lives. */
  hear(entries) {
    for (const entry of entries) {
      const known = this.#entries.get(entry.key);
      if (known?.state !== "sent") this.#entries.set(entry.key, Object.assign(known ?? {}, entry));
    }
    this.#entries = new Map([...this.#entries].sort(([a], [b]) => a - b));
    this.#changed();
    if (this.depth) this.#retry(BACK_OFF_MS.at(-1));
  }

  /** Send whatever can be sent, until nothing is left or nobody answers. */
  flush() {
    this.#wanted = true;
    this.#flushing ??= this.#run();
    return this.#flushing;
  }

  async #run() {
    try {
      while (this.#wanted) {
        this.#wanted = false;
        await null; // what is put in the same moment is sent together
        await this.#send();
      }
    } finally {
      this.#flushing = null;
    }
  }

  async #send() {
    for (;;) {
      const find = (key) => this.#entries.get(key);
      const { send, moot } = ready(this.entries, find, this.#limit);
      for (const entry of moot) entry.state = "moot";
      if (moot.length) await this.#keep(moot);
      if (send.length === 0) {
        if (moot.length) continue;
        return;
      }
      let go = false;
      try {
        const verdicts = await this.#post(send.map((entry) => resolved(entry, find)));
        go = this.#judge(send, verdicts);
      } catch (error) {
        go = this.#failed(send, error);
      }
      // Should this be lost, they are sent again and answered as before: nobody waits for it.
      this.#keep(send, "relaxed");
      this.#changed();
      if (!go) {
        this.#retry();
        return;
      }
      this.#failures = 0;
    }
  }

  /** Note each verdict; return whether to go on at once. */
  #judge(send, verdicts) {
    this.#held = null;
    this.#limit = BATCH;
    for (const [index, entry] of send.entries()) {
      const problem = verdicts[index]?.error;
      if (!problem && verdicts[index]) {
        Object.assign(entry, { state: "sent", receipt: verdicts[index], problem: null });
      } else if (!problem || problem.status >= 500 || problem.status === 429) {
        return false;
      } else if (problem.status === 401) {
        this.#held = problem;
        return false;
      } else if (problem.code === "device-sequence-reused") {
        // Another page had taken the number for another fact: this one has not arrived.
        renumber(entry, this.#number(this.#now()));
      } else {
        Object.assign(entry, { state: "refused", problem });
      }
    }
    return true;
  }

  /** Read why the whole request failed; return whether to go on at once. */
  #failed(send, error) {
    const { problem } = error;
    if (problem?.status === 401) this.#held = problem;
    if (!problem || problem.status === 401 || problem.status === 429) return false;
    if (send.length > 1) this.#limit = 1;
    else Object.assign(send[0], { state: "refused", problem });
    return true;
  }

  #retry(pause) {
    if (this.#timer !== null) return;
    const wait = pause ?? BACK_OFF_MS[Math.min(this.#failures++, BACK_OFF_MS.length - 1)];
    this.#timer = this.#later(wait, () => {
      this.#timer = null;
      this.flush();
    });
  }

  async #keep(entries, durability = "strict") {
    const kept = entries.map((entry) => structuredClone(entry));
    this.#tell(kept);
    try {
      await this.#store.put(kept, durability);
      this.#unsafe = null;
    } catch (error) {
      this.#unsafe = error;
      this.#changed();
    }
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

function refers(entry, key) {
  return Object.values(entry.refs ?? {}).includes(key);
}

function renumber(entry, number) {
  entry.envelope = { ...entry.envelope, device_seq: number };
  Object.assign(entry, { state: "queued", problem: null, seen: false });
}
