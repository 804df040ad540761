/**
 * The console's own order, from its own entries: nothing here waits for a server. Pure.
 *
 * `board` is the race's document as it was last heard, however old; `entries` are the outbox's.
 * Instants are milliseconds since 1970 by the server's clock as far as it is known.
 */

import { ownHold } from "./own-hold.js";

export const SHORTEST_LAP_MS = 7000;
export const EST_AFTER = 1.4;
const [TOO_SHORT, TOO_LONG] = [0.6, 1.8];
const LAP_MS = 9000;
const STANDING_MS = { whole: 11_500, half: 6800 };
const TRACK_M = 111.12;
const UNSENT = new Set(["saving", "queued"]);
const NOT_THERE = new Set(["refused", "moot"]);
const OVER = new Set([
  "UNCONFIRMED",
  "UNOFFICIAL",
  "UNDER_REVIEW",
  "OFFICIAL",
  "CORRECTED",
  "CANCELLED",
]);
const VOID_NOTICES = new Set(["False start", "Restart", "Re-skate"]);
const RETRACTABLE = new Set([
  "RecordCrossing",
  "AssignCrossing",
  "AdoptCrossing",
  "RecordFall",
  "RecordGettingUp",
  "RecordDidNotFinish",
  "FlagToReferee",
  "RingBell",
  "StopRace",
  "EndRace",
]);

/** Return the middle of some numbers, or null of none. */
export function median(numbers) {
  if (numbers.length === 0) return null;
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Whether a race's first row is half a lap: 500 m and 1500 m start on the other side. */
export function firstRowHalf(board) {
  return Math.round((2 * (board.metres ?? 0)) / TRACK_M) % 2 === 1;
}

/** Return the sheet: rows in running order, what is expected, the log, what Backspace would do. */
export function sheet({ board, entries, base = null, now }) {
  const own = entries.filter((entry) => entry.envelope.command.race === board.race);
  const facts = standing(own);
  const phase = phaseOf(board, facts);
  const live = facts.filter((entry) => counts(entry, phase, board));
  const skaters = new Map(
    Object.entries(board.entries ?? {}).map(([id, entry]) => [id, skater(id, entry)]),
  );
  if (base && base.attempt === phase.attempt) fromBase(skaters, base, phase.gunAt);
  const unassigned = crossings(skaters, live);
  marks(skaters, live);
  const all = [...skaters.values()];
  for (const each of all) laps(each, phase.gunAt, board.laps_total);
  judge(all);
  gaps(all);
  predict(all, board, phase, now);
  const rows = all.sort(running);
  const most = Math.max(0, ...rows.map((row) => row.laps));
  return {
    ...phase,
    rows,
    unassigned,
    lapsToGo: Math.max(board.laps_total - most, 0),
    lap: Math.min(most + 1, board.laps_total),
    bell: phase.bell,
    hold: ownHold(board, facts, board.heard ?? 0),
    expected: rows
      .filter((row) => row.nextAt !== null)
      .sort((a, b) => a.nextAt - b.nextAt || a.position - b.position),
    log: own.map((entry) => line(entry, facts, live, skaters)).reverse(),
    undo: undo(live, skaters, board),
  };
}

/** Return the entries that stand: neither refused, nor retracted. */
function standing(own) {
  const gone = new Set();
  for (const entry of own) {
    const { type } = entry.envelope.command;
    // Somebody else has retracted it already: then it is retracted.
    const already = entry.problem?.code === "unknown-fact";
    if (type === "RetractFact" && (!NOT_THERE.has(entry.state) || already)) gone.add(entry.refs.target);
  }
  return own.filter((entry) => !gone.has(entry.key) && !NOT_THERE.has(entry.state));
}

/** Return where the race is: attempt, gun, stopped, ended, bell; ours is newer than the board. */
function phaseOf(board, facts) {
  const of = (type) => facts.filter((entry) => entry.envelope.command.type === type);
  const restarts = of("OrderRestart").map((entry) => entry.note.attempt + 1);
  const attempt = Math.max(board.attempt ?? 1, ...restarts);
  const heard = attempt === (board.attempt ?? 1);
  const clears = [...of("OrderRestart"), ...of("CallFalseStart")];
  const cleared = Math.max(0, ...clears.map((entry) => entry.key));
  const waiting = heard && !board.started_at_ms && VOID_NOTICES.has(board.notice);
  const here = facts.filter((entry) => entry.key > cleared && entry.note.attempt === attempt);
  const last = (type) =>
    here.findLast((e) => e.envelope.command.type === type && !(waiting && e.state === "sent"));
  const ownGun = last("StartRace");
  const heardGun = heard && board.started_at_ms ? board.started_at_ms : null;
  // A recall of ours that the board has not heard of voids the gun that it shows.
  const recalled = heardGun && facts.some((e) => e.key === cleared && instant(e) > heardGun);
  const ours = ownGun ? instant(ownGun) : null;
  const gunAt = recalled ? ours : (heardGun ?? ours);
  const known = heard && !recalled;
  const ended = (known && OVER.has(board.state)) || Boolean(last("EndRace"));
  const halted = Boolean(last("StopRace")) || (known && Boolean(board.stopped));
  const stopped = gunAt !== null && !ended && halted;
  return {
    attempt,
    cleared,
    waiting,
    gunAt,
    ended,
    stopped,
    running: gunAt !== null && !ended && !stopped,
    unsent: [ownGun, last("EndRace"), last("StopRace")].some((e) => e && UNSENT.has(e.state)),
    bell: Boolean(last("RingBell")) || (heard && Boolean(board.bell)),
  };
}

/** Whether an entry belongs to the attempt that is being skated. */
function counts(entry, phase) {
  if (entry.key <= phase.cleared || entry.note.attempt !== phase.attempt) return false;
  if (phase.waiting && entry.state === "sent") return false;
  return phase.gunAt === null || instant(entry) >= phase.gunAt;
}

/** When an entry happened. */
export function instant(entry) {
  return Date.parse(entry.envelope.occurred_at);
}

function skater(id, entry) {
  return {
    id,
    name: entry.name,
    family: entry.family_name ?? "",
    noc: entry.noc,
    helmet: entry.helmet ?? null,
    position: entry.start_position,
    boardLaps: entry.laps ?? 0,
    crossings: [],
    fallen: false,
    out: ["DNS", "DNF", "WDR"].includes(entry.status) ? entry.status : null,
    flags: 0,
  };
}

/** Begin with what the board had when this console came to the race. */
function fromBase(skaters, base, gunAt) {
  for (const [id, elapsed] of Object.entries(base.elapsed)) {
    const each = skaters.get(id);
    if (!each) continue;
    each.crossings = elapsed.map((ms) => ({
      key: null,
      at: ms === null || gunAt === null ? null : gunAt + ms,
      est: ms === null,
    }));
  }
}

/** Give every crossing to its skater; return those that have none yet, oldest first. */
function crossings(skaters, live) {
  const assigned = new Map();
  for (const entry of live) {
    const { type, competitor } = entry.envelope.command;
    if (type === "AssignCrossing") assigned.set(entry.refs.crossing, competitor);
  }
  const unassigned = [];
  for (const entry of live) {
    const { type, competitor } = entry.envelope.command;
    if (type === "AdoptCrossing") {
      const { competitor: adopted, at } = entry.note;
      skaters.get(adopted)?.crossings.push({ key: entry.key, at, est: false });
    }
    if (type !== "RecordCrossing") continue;
    const whose = skaters.get(assigned.get(entry.key) ?? competitor);
    const crossing = { key: entry.key, at: instant(entry), est: Boolean(entry.note.missed) };
    if (whose) whose.crossings.push(crossing);
    else unassigned.push({ ...crossing, keyed: entry.note.keyed ?? "" });
  }
  for (const each of skaters.values()) each.crossings.sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
  return unassigned.sort((a, b) => a.at - b.at);
}

function marks(skaters, live) {
  for (const entry of live) {
    const { type, competitor } = entry.envelope.command;
    const each = skaters.get(competitor);
    if (!each) continue;
    if (type === "RecordFall") each.fallen = true;
    if (type === "RecordGettingUp") each.fallen = false;
    if (type === "RecordDidNotFinish") each.out = "DNF";
    if (type === "FlagToReferee") each.flags += 1;
  }
}

function laps(each, gunAt, total) {
  // Crossings beyond the last row stay in the log, and count for nothing.
  each.beyond = total ? Math.max(each.crossings.length - total, 0) : 0;
  each.crossings = each.crossings.slice(0, total || undefined);
  each.crossings.forEach((crossing, index) => {
    const before = index ? each.crossings[index - 1] : { at: gunAt, est: false };
    crossing.lapMs = crossing.at === null || before.at === null ? null : crossing.at - before.at;
    crossing.lapEst = crossing.est || before.est;
  });
  const last = each.crossings.at(-1);
  each.laps = each.crossings.length;
  each.finished = total > 0 && each.laps >= total;
  each.lastAt = last?.at ?? null;
  each.lastMs = last?.lapMs ?? null;
  each.lastEstimated = last?.lapEst ?? false;
}

/** Mark the laps that can hardly be: they are counted all the same. */
function judge(all) {
  const measured = (from, to) =>
    all.flatMap((each) => each.crossings.slice(from, to).filter((x) => x.lapMs !== null && !x.lapEst));
  const usual = {
    first: median(measured(0, 1).map((x) => x.lapMs)),
    lap: median(measured(1).map((x) => x.lapMs)),
  };
  for (const each of all) {
    each.crossings.forEach((crossing, index) => {
      const middle = index ? usual.lap : usual.first;
      const ms = crossing.lapMs;
      crossing.odd =
        ms !== null &&
        (ms < TOO_SHORT * middle || ms > TOO_LONG * middle || (index > 0 && ms < SHORTEST_LAP_MS));
    });
    each.odd = each.crossings.at(-1)?.odd ?? false;
  }
}

function gaps(all) {
  for (const each of all) {
    const row = each.laps - 1;
    const there = all.map((other) => other.crossings[row]?.at ?? null).filter((at) => at !== null);
    const known = row >= 0 && each.lastAt !== null && there.length > 0;
    each.gapMs = known ? each.lastAt - Math.min(...there) : null;
  }
}

/** Return how long a skater's next row will take, as far as anything can be said. */
export function expectedLapMs(each, all, board) {
  if (each.laps === 0) return STANDING_MS[firstRowHalf(board) ? "half" : "whole"];
  const good = (x, index) => index > 0 && x.lapMs !== null && !x.lapEst && !x.odd;
  const own = each.crossings.filter(good).slice(-3);
  const field = all.flatMap((other) => other.crossings.filter(good).slice(-1));
  return median((own.length ? own : field).map((x) => x.lapMs)) ?? LAP_MS;
}

function predict(all, board, phase, now) {
  for (const each of all) {
    const from = each.laps ? each.lastAt : phase.gunAt;
    const skates = phase.running && from !== null && !each.out && !each.finished;
    each.lapMs = expectedLapMs(each, all, board);
    each.nextAt = skates ? from + each.lapMs : null;
    each.inMs = skates ? each.nextAt - now : null;
    each.overdue = skates && now - from > EST_AFTER * each.lapMs;
  }
}

function running(a, b) {
  if (Boolean(a.out) !== Boolean(b.out)) return a.out ? 1 : -1;
  if (a.laps !== b.laps) return b.laps - a.laps;
  return a.laps ? (a.lastAt ?? 0) - (b.lastAt ?? 0) : a.position - b.position;
}

/**
 * Return when a crossing that nobody saw took place, as nearly as can be said: in the middle of a
 * last lap that is two, or one lap after the last, or now.
 */
export function missedAt(row, now) {
  const [before, last] = [row.crossings.at(-2), row.crossings.at(-1)];
  if (before && last && row.odd && row.lastMs > TOO_SHORT * 2 * row.lapMs) {
    return Math.round((before.at + last.at) / 2);
  }
  return row.nextAt === null ? now : Math.min(Math.round(row.nextAt), now);
}

const WORDS = {
  RecordFall: "fell",
  RecordGettingUp: "got up",
  RecordDidNotFinish: "did not finish",
  FlagToReferee: "flagged",
  RingBell: "bell",
  StartRace: "gun",
  CallFalseStart: "false start",
  StopRace: "race stopped",
  OrderRestart: "restart",
  EndRace: "end of the race",
  TakePen: "pen taken",
  AdoptCrossing: "taken over",
  HoldPublicBoard: "public board held",
  ReleasePublicBoard: "public board released",
};

/** Return how a skater is called on the console: helmet number, else start position. */
export function called(each) {
  return each.helmet === null ? `[${each.position}]` : `${each.helmet}`;
}

/** Return what an entry says, in a few words. */
export function words(entry, skaters) {
  const { type, competitor } = entry.envelope.command;
  const each = skaters.get(competitor ?? entry.note.competitor);
  const who = each ? `${called(each)} ${each.family || each.name}` : "";
  if (type === "AssignCrossing") return `time is ${who}`;
  if (type === "TakePen" && entry.problem) return "second opinion";
  if (type === "RetractFact") return `retracted: ${entry.note.of ?? "an entry"}`;
  if (type !== "RecordCrossing") return `${who} ${WORDS[type] ?? type}`.trim();
  if (!each) return entry.note.keyed ? `${entry.note.keyed}: nobody` : "time without a name";
  return entry.note.missed ? `${who} missed` : who;
}

function line(entry, facts, live, skaters) {
  const stands = facts.includes(entry);
  const each = [...skaters.values()].find((s) => s.crossings.some((x) => x.key === entry.key));
  const index = each ? each.crossings.findIndex((x) => x.key === entry.key) : -1;
  const crossing = each?.crossings[index];
  const named = each && !entry.envelope.command.competitor ? ` ${called(each)} ${each.family || each.name}` : "";
  return {
    key: entry.key,
    at: instant(entry),
    text: named ? named.trim() : words(entry, skaters),
    type: entry.envelope.command.type,
    state: entry.problem?.code === "pen-held" ? "moot" : entry.state,
    opinion: entry.receipt?.events[0]?.type === "CrossingObserved",
    retracted: !stands && !NOT_THERE.has(entry.state),
    earlier: stands && !live.includes(entry),
    lap: crossing ? index + 1 : null,
    lapMs: crossing?.lapMs ?? null,
    est: crossing?.lapEst ?? Boolean(entry.note.missed),
    odd: crossing?.odd ?? false,
    problem: entry.problem?.detail ?? null,
  };
}

/** Return which entry Backspace would retract, and what it says. */
function undo(live, skaters) {
  const entry = live.findLast((each) => RETRACTABLE.has(each.envelope.command.type));
  return entry ? { key: entry.key, label: words(entry, skaters) } : null;
}
