/** An official's desk: one race, everything known of it, and what is sent about it. */

import { identity, may, me, Problem, request } from "./api.js";
import { clock } from "./clock.js";
import { wait } from "./competition.js";
import { undoing } from "./decision.js";
import { deviceOutbox } from "./device-outbox.js";
import { Feed } from "./feed.js";
import { lastKnown } from "./last-known.js";
import { ownHold } from "./own-hold.js";
import { ownState } from "./own-state.js";

const SEE_EMBARGO = ["referee", "chief-referee", "secretary", "photo-finish"];
const LOOK_EVERY_MS = 3000;
const REMEMBER_MS = 500;

const WAITING = new Set(["saving", "queued"]);
const KNOWN = ["programme", "board", "result", "facts", "journal", "proposals", "ruleset", "rounds"];

/**
 * Events: `change` when anything is known anew, `board` for every change of the public board,
 * `status` of the feed, `refused` ({detail}) when the server says no to the desk itself.
 */
export class Desk extends EventTarget {
  who = null;
  race = null;
  competition = null;
  programme = null;
  board = null;
  result = null;
  facts = [];
  journal = [];
  proposals = [];
  ruleset = null;
  rounds = [];
  outbox = deviceOutbox();
  #known = lastKnown();
  #feed = null;
  #looking = null;
  #again = false;
  #looks = 0;
  #shownLook = 0;
  #version = "";
  #acting = new Set();
  #remembering = null;
  #depth = 0;
  /** The position of the board that is shown, as soon as the feed has told it. */
  #heard;
  /** The position at which it was last heard whether the board is held. */
  #marked;

  /** Find the race of the page's address, else the one that is current or next. */
  async start() {
    const asked = new URLSearchParams(location.search);
    const named = asked.get("race");
    this.who = identity();
    this.race = named;
    this.outbox.addEventListener("change", () => this.#delivered());
    await this.outbox.open();
    if (named) await this.#recall();
    this.who = await me();
    this.competition = named?.split("/", 1)[0] ?? (await wait(asked.get("competition"))).id;
    if (!this.result) await this.#first();
    this.race =
      named ?? this.programme.current ?? this.programme.next ?? this.programme.rows[0]?.id;
    if (!this.who.open && this.who.roles.length === 0) {
      this.#tell("refused", "This device is not paired: open Officials and pair it.");
    }
    this.#feed = new Feed(Feed.here(), [`race/${this.race}`]);
    this.#feed.addEventListener("document", ({ detail }) => this.#shown(detail.data));
    this.#feed.addEventListener("status", ({ detail }) => this.#tell("status", detail));
    this.#feed.addEventListener("time", ({ detail }) => clock.correct(detail.offset));
    this.#feed.start();
    await this.look();
    // What is under embargo does not come with the feed.
    setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  /** Choose another race. */
  async open(race) {
    this.race = race;
    this.board = null;
    this.result = null;
    history.replaceState(null, "", `?race=${encodeURIComponent(race)}`);
    this.#feed.follow([`race/${race}`]);
    await this.look();
  }

  /**
   * The race as this device knows it: as it was last heard, with what was keyed here since and waits
   * to be sent; `unsent` says whether that made a difference. Null before anything is known.
   */
  get own() {
    const heard = this.board?.race === this.race ? this.board : this.result;
    return heard && ownState(heard, this.outbox.entries, this.#heard);
  }

  /** The hold of the public board with what was keyed here, `{at, version, key}`, or null. */
  get hold() {
    return ownHold({ race: this.race, held: this.#held }, this.outbox.entries, this.#marked);
  }

  /** Whether the server has last said that the public board is held. */
  get heldByAll() {
    return Boolean(this.#held);
  }

  get #held() {
    return (this.board?.race === this.race ? this.board : this.result)?.held ?? null;
  }

  /** The name of a competitor of this race. */
  name(competitor) {
    const row = this.result?.rows.find((each) => each.id === competitor);
    return row ? row.family_name || row.name : competitor;
  }

  /**
   * Send commands, then learn what they led to; null when they wait for the network.
   *
   * A second tap while the first is being answered is the same tap: undefined. `refs` says by index
   * which field of a command is the version of an earlier one's event: `{1: {cause: 0}}`; `earlier`
   * says so of the first command and of entries that were made before: `{hold: key}`.
   */
  async act(commands, { occurredAt = clock.now(), refs = {}, earlier = {}, tap = JSON.stringify(commands) } = {}) {
    if (this.#acting.has(tap)) return undefined;
    this.#acting.add(tap);
    try {
      const entries = this.#put(commands, occurredAt, refs, earlier);
      await this.outbox.flush();
      const receipts = this.#answered(entries);
      if (receipts) await this.look(receipts.at(-1).position);
      return receipts;
    } finally {
      this.#acting.delete(tap);
    }
  }

  /** Whether something is on its way that somebody waits for. */
  get acting() {
    return this.#acting.size > 0;
  }

  /** Put commands into the outbox; `refs` as in `act`. */
  #put(commands, occurredAt, refs, earlier) {
    const { official, device } = this.who;
    const from = { official: official ?? device, device, occurredAt, note: { desk: true, attempt: this.result?.attempt } };
    const entries = [];
    for (const [index, command] of commands.entries()) {
      const about = Object.entries(refs[index] ?? {});
      const keys = about.map(([field, before]) => [field, entries[before].key]);
      const known = index === 0 ? earlier : {};
      entries.push(this.outbox.put(command, { ...from, refs: { ...known, ...Object.fromEntries(keys) } }));
    }
    return entries;
  }

  /** Return receipts, or null while any waits; a refusal that is shown now is not shown again. */
  #answered(entries) {
    const refused = entries.filter(({ state }) => state === "refused");
    for (const { key } of refused) this.outbox.seen(key);
    if (refused.length > 0) throw new Problem(refused[0].problem);
    return entries.every(({ state }) => state === "sent")
      ? entries.map(({ receipt }) => receipt)
      : null;
  }

  /** Show how much waits; what has arrived since is looked at. */
  #delivered() {
    const { depth } = this.outbox;
    if (depth < this.#depth && this.race && this.programme) this.look();
    this.#depth = depth;
    this.#tell("change");
  }

  /** Return the entry of this kind that waits to be sent about this race, or undefined. */
  waiting(type) {
    return this.outbox.entries.find(
      ({ state, envelope: { command } }) =>
        WAITING.has(state) && command.type === type && command.race === this.race,
    );
  }

  /** Whether an entry waits to be sent. */
  waits(key) {
    return this.outbox.entries.some((each) => each.key === key && WAITING.has(each.state));
  }

  /** Show what was last known of the race, until the server answers. */
  async #recall() {
    const known = await this.#known.read(this.race);
    if (!known || this.result) return;
    for (const name of KNOWN) this[name] = known[name];
    this.competition = known.competition;
    this.#tell("change");
  }

  /** Ask what would be different; the answer is written nowhere. */
  async suppose(question) {
    return (await request("/api/v1/what-if", { body: question })).rows;
  }

  /** Ask what undoing an entry comes to: what is seen at once, and what the settled result becomes. */
  async undoing(entry) {
    const { now, later } = undoing(this.result, this.facts, entry.command("Entered by mistake"));
    const [seen, settled] = await Promise.all([
      now && this.suppose(now),
      later && this.suppose(later),
    ]);
    return { now: seen, later: settled };
  }

  /** Read everything anew, not before a position; what is asked meanwhile is read once more. */
  async look(after) {
    if (this.#looking) {
      this.#again = true;
      await this.#looking;
      if (after === undefined) return;
    }
    this.#looking = this.#look(after).catch(() => null);
    await this.#looking;
    this.#looking = null;
    if (this.#again) {
      this.#again = false;
      await this.look();
    }
  }

  async #look(after) {
    const race = this.race;
    const look = ++this.#looks;
    const since = after ? `after=${after}` : "";
    const held = Boolean(this.board?.held ?? this.result?.held);
    const [programme, journal, proposals, result, facts, rounds] = await Promise.all([
      request(`/api/v1/competitions/${this.competition}?${since}`),
      request(`/api/v1/competitions/${this.competition}/journal?${since}`),
      request(`/api/v1/competitions/${this.competition}/proposals?${since}`),
      race && this.#sheet(race, since),
      race && this.#live(`/api/v1/races/${race}/events`, held),
      race && request(`/api/v1/distances/${race.split("/", 2).join("/")}/rounds?${since}`),
    ]);
    const board = race && held ? await this.#live(`/api/v1/races/${race}/board`, held) : null;
    this.ruleset ??= await request(`/api/v1/competitions/${this.competition}/ruleset`).catch(
      () => null,
    );
    // An answer that was overtaken by a later one is not shown.
    if (race !== this.race || look < this.#shownLook) return;
    this.#shownLook = look;
    this.programme = programme;
    this.journal = journal.rows;
    this.proposals = proposals.rows;
    this.result = result ?? null;
    this.facts = facts?.rows ?? [];
    // A release may have come with the feed meanwhile.
    if (board && this.board?.held) this.#goOn(board);
    this.rounds = rounds?.rows ?? [];
    const version = JSON.stringify([
      result,
      facts?.rows.length,
      journal.rows.length,
      proposals.rows,
      programme.current,
    ]);
    if (version !== this.#version) {
      this.#version = version;
      this.#remember();
      this.#tell("change");
    }
  }

  /** Read what there is until it is there: a tablet is often switched on before the server. */
  async #first() {
    for (;;) {
      try {
        await this.#look();
        return;
      } catch (error) {
        this.#tell("refused", error.detail ?? `The server does not answer: ${error.message}`);
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    }
  }

  /** Read the result with what is under embargo, or as the public may where that is refused. */
  async #sheet(race, since) {
    if (!may(this.who, ...SEE_EMBARGO)) return this.#live(`/api/v1/races/${race}/result`, this.board?.held, since);
    try {
      return await request(`/api/v1/races/${race}/result?view=official&${since}`);
    } catch (error) {
      if (error.status !== 401 && error.status !== 403) throw error;
      return request(`/api/v1/races/${race}/result?${since}`);
    }
  }

  /** Read a document of a race as it stands, though the public sees it held. */
  async #live(path, held, since = "") {
    if (!held) return request(`${path}?${since}`);
    try {
      return await request(`${path}?view=live&${since}`);
    } catch (error) {
      if (error.status !== 401 && error.status !== 403) throw error;
      return request(`${path}?${since}`);
    }
  }

  /** Show how a race goes on whose public board is held. */
  #goOn(live) {
    const entries = Object.fromEntries(live.rows.map((row) => [row.id, row]));
    const { position, rows, ...board } = live;
    const next = { ...board, entries, order: rows.map((row) => row.id) };
    if (JSON.stringify(next) === JSON.stringify(this.board)) return;
    this.board = next;
    this.#marked = Math.max(this.#marked ?? 0, position);
    this.#tell("board");
  }

  #shown(board) {
    if (!board?.race || board.race !== this.race) return;
    // What the public sees held says nothing of how the race goes on: only the mark is taken.
    const same = board.held && this.board?.race === board.race;
    this.board = same ? { ...this.board, held: board.held } : board;
    this.#marked = this.#feed.position;
    if (!same) this.#heard = this.#feed.position;
    this.#remember();
    this.#tell("board");
    this.look();
  }

  /** Keep what is known, soon; not once for every crossing. */
  #remember() {
    this.#remembering ??= setTimeout(() => {
      this.#remembering = null;
      if (!this.result) return;
      const known = Object.fromEntries(KNOWN.map((name) => [name, this[name]]));
      this.#known.write(this.race, { ...known, competition: this.competition });
    }, REMEMBER_MS);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
