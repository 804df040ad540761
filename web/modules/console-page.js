/** The lap console: keys into entries, entries into the outbox, and one screen that shows both. */

import { LapConsole } from "../elements/lap-console.js";
import { Armed } from "./armed.js";
import { identity, may, me, request } from "./api.js";
import { click } from "./click.js";
import { clock } from "./clock.js";
import { deviceOutbox } from "./device-outbox.js";
import { Feed } from "./feed.js";
import { age } from "./format.js";
import { IDLE, PROFILES, STANDARD, legend, press, trembled } from "./keys.js";
import { sheet } from "./lap-sheet.js";
import { Pen } from "./pen.js";
import { ROLES, act } from "./recorder.js";
import { keepShell } from "./shell.js";

customElements.define("lap-console", LapConsole);

const DIFFERS_AFTER_MS = 1500;
const STEP_MS = 1000;
const RECORDERS_EVERY_MS = 2000;
const HELD_EVERY_MS = 1000;
const LOCKED_MS = 30 * 60_000;
const ALONE_WITHIN_MS = 3000;
/** What another page of this device may have keyed and the race hangs on, sent or not. */
const GUN = new Set(["StartRace", "CallFalseStart"]);
const USUAL = {
  TakePen: ["pen-held", "nothing-to-do"],
  HoldPublicBoard: ["board-held"],
  ReleasePublicBoard: ["board-not-held"],
};
const asked = new URLSearchParams(location.search);
const view = document.querySelector("lap-console");
const armed = new Armed(localStorage);
const pen = new Pen(identity().device);
const outbox = deviceOutbox();
const profile = asked.get("profile") in PROFILES ? asked.get("profile") : STANDARD;
const page = {
  who: identity(),
  keys: IDLE,
  crossed: null,
  said: "",
  fault: "",
  help: false,
  layout: null,
  stale: true,
  silenceMs: 0,
  shell: "…",
  topics: [],
  twice: false,
  lastAt: 0,
  differsSince: new Map(),
};

function now() {
  return Math.floor(clock.now());
}

function sheetNow() {
  const entries = outbox.entries.filter(({ note, envelope }) => !note.desk || GUN.has(envelope.command.type));
  return sheet({ board: armed.board, entries, base: armed.base, now: now() });
}

/** What was entered at this console: a device's other pages have the same outbox. */
function entered() {
  return outbox.entries.filter(({ note }) => !note.desk);
}

/** Return the instant of a key: when it was pressed, and never before the key before it. */
function instantOf(timeStamp) {
  const lag = Math.min(Math.max(performance.now() - timeStamp, 0), STEP_MS);
  let at = Math.floor(clock.now() - lag);
  // Keys keep their order within a thousandth; a clock that was set back by more is believed.
  if (at <= page.lastAt && page.lastAt - at < STEP_MS) at = page.lastAt + 1;
  page.lastAt = at;
  return at;
}

function pressed({ code, shift = false, timeStamp }) {
  const { state, action, ours } = press(page.keys, { code, shift }, PROFILES[profile]);
  page.keys = state;
  const crossing = action?.kind === "cross" && action.position !== undefined;
  if (crossing && trembled(page.crossed, { code, timeStamp })) {
    page.fault = "";
    page.said = `${legend(code).replace(/\D/g, "")} twice within a second: taken once`;
    show();
    return ours;
  }
  page.crossed = crossing ? { code, timeStamp } : null;
  if (action) done(action, instantOf(timeStamp));
  if (ours) show();
  return ours;
}

/** Do what a key says. */
function done(action, at) {
  page.said = page.fault = "";
  if (action.kind === "help") page.help = !page.help;
  else if (action.kind === "next" || action.kind === "previous") arm(action.kind === "next" ? 1 : -1);
  else if (action.kind === "seen" || action.kind === "again") refusal(action.kind);
  else record(action, at);
}

function record(action, at) {
  const race = armed.board.race;
  if (!race) {
    page.fault = "no race is armed";
    return;
  }
  const roles = ROLES[action.kind];
  if (roles && page.who.roles.length && !may(page.who, ...roles)) {
    page.fault = `that is for the ${roles[0]}`;
    return;
  }
  const did = act(action, { race, sheet: sheetNow(), at, pen });
  if (did.fault) {
    page.fault = did.fault;
    return;
  }
  const who = names();
  if (did.command.type === "RecordCrossing") askForPen(race, did, who);
  outbox.put(did.command, { ...did, ...who });
  page.said = did.say;
  click();
}

/** With the first crossing of a race, ask for the pen, unless another is known to have it. */
function askForPen(race, { occurredAt, note }, who) {
  const asked = outbox.entries.some(
    ({ envelope: { command } }) => command.race === race && command.type === "TakePen",
  );
  if (asked || pen.holder) return;
  outbox.put({ type: "TakePen", race }, { ...who, occurredAt, note: { attempt: note.attempt } });
}

/** What another did first is no refusal to worry about: the pen, a hold, its release. */
function settle() {
  for (const { key, envelope, problem } of outbox.refused) {
    if (USUAL[envelope.command.type]?.includes(problem?.code)) outbox.seen(key);
  }
}

async function hearRecorders() {
  const { race } = armed;
  if (race && !page.stale) {
    const live = armed.board.held ? "?view=live" : "";
    const heard = await request(`/api/v1/races/${race}/recorders${live}`).catch(() => null);
    if (heard && race === armed.race) pen.hear(heard);
  }
  setTimeout(hearRecorders, RECORDERS_EVERY_MS);
}

/** While the public board is held, the feed stands still: ask how the race goes on. */
async function hearHeld() {
  const { race } = armed;
  if (race && !page.stale && armed.board.held) {
    const heard = await request(`/api/v1/races/${race}/board?view=live`).catch(() => null);
    // A release may have come with the feed meanwhile, and is not undone by an older answer.
    if (heard && race === armed.race && heard.position >= armed.board.heard) {
      const entries = Object.fromEntries(heard.rows.map((row) => [row.id, row]));
      armed.heard(`race/${race}`, { ...heard, entries }, entered(), heard.position, { live: true });
      show();
    }
  }
  setTimeout(hearHeld, HELD_EVERY_MS);
}

/** Return the names that stand beside every entry. */
function names() {
  const { official, device } = page.who;
  return { official: official ?? device, device };
}

function refusal(kind) {
  const [oldest] = outbox.refused;
  if (!oldest) page.fault = "nothing was refused";
  else if (kind === "seen") outbox.seen(oldest.key);
  else outbox.again(oldest.key, names());
}

/** Whether the armed race runs, so that none may take its place; a gun of long ago locks nothing. */
function locked() {
  const { running, gunAt } = sheetNow();
  return running && now() - gunAt < LOCKED_MS;
}

function arm(step) {
  if (locked()) {
    page.fault = "the race is running: another cannot be armed";
  } else if (!armed.step(step)) {
    page.fault = step > 0 ? "there is no next race" : "there is no race before";
  } else {
    follow();
  }
}

function follow() {
  pen.hear(null);
  listen();
}

function listen() {
  const now = topics();
  if (String(page.topics) === String(now)) return;
  page.topics = now;
  feed.follow(now);
}

/** The armed race, the next ones, so that they can be armed without a network, and the programme. */
function topics() {
  const { race, competition, coming } = armed;
  const races = [race, ...coming].filter(Boolean).map((each) => `race/${each}`);
  return [...races, ...(competition ? [`programme/${competition}`] : [])];
}

/** Return what the board shows otherwise than this console, once everything has arrived. */
function differences({ rows, gunAt, ended }) {
  // A race that is over and was keyed elsewhere differs in all and asks for nothing.
  if (ended && rows.every((row) => row.laps === 0)) return new Map();
  const found = pen.differences(gunAt === null ? null : now() - gunAt);
  const settled = outbox.depth === 0 && !page.stale && !pen.elsewhere;
  for (const row of rows) {
    const same = !settled || row.boardLaps === row.laps;
    if (same) page.differsSince.delete(row.id);
    else if (!page.differsSince.has(row.id)) page.differsSince.set(row.id, now());
    else if (now() - page.differsSince.get(row.id) > DIFFERS_AFTER_MS && !found.has(row.id)) {
      found.set(row.id, `board ${row.boardLaps}`);
    }
  }
  return found;
}

function unsent() {
  const { depth } = outbox;
  if (outbox.unsafe) return { depth, text: `NOT KEPT · ${depth} unsent`, tone: "stop" };
  return { depth, text: depth ? `${depth} unsent` : "all sent", tone: depth ? "hold" : "good" };
}

function line() {
  if (outbox.held) return { text: "NOT PAIRED", tone: "stop" };
  if (!page.stale) return { text: "feed OK", tone: "good" };
  const seconds = Math.round(page.silenceMs / 1000);
  return { text: seconds ? `NO FEED ${seconds} s` : "NO FEED", tone: "stop" };
}

function banner() {
  const [oldest] = outbox.refused;
  if (oldest) {
    const more = outbox.refused.length > 1 ? ` (${outbox.refused.length} refused)` : "";
    return `Refused${more}: ${oldest.problem.detail ?? oldest.problem.code} · K seen, Shift+K send again`;
  }
  if (outbox.held) return "The server does not know this device: pair it at /officials. Entries are kept.";
  if (lostPen()) {
    const { device, official } = pen.holder;
    const what = "what is entered here is a second opinion. T, Enter takes it back.";
    return `${device} (${official}) has taken the pen: ${what}`;
  }
  if (page.twice) return "This console is open in another window of this browser: close one.";
  if (!page.who.open && page.who.roles.length && !may(page.who, "lap-recorder", "referee")) {
    return `${page.who.official} is no lap recorder: the server will refuse what is entered here.`;
  }
  return "";
}

/** Say that the public board is held, since when, and how to release it; empty when it is not. */
function held({ hold }) {
  const beside = armed.heldBeside.length ? `also held: ${armed.heldBeside.join(", ")}` : "";
  if (!hold) return beside && `Public board ${beside} · arm it, then H releases it`;
  return [`PUBLIC BOARD HELD for ${age(now() - hold.at)} · H releases it · all is recorded`, beside].filter(Boolean).join(" · ");
}

/** Whether this device had the pen of the race, and another has it now. */
function lostPen() {
  return (
    pen.elsewhere &&
    outbox.entries.some(
      ({ state, envelope: { command } }) =>
        command.race === armed.race && command.type === "TakePen" && state === "sent",
    )
  );
}

function show() {
  if (!view.isConnected) return;
  const current = sheetNow();
  view.model = {
    board: armed.board,
    sheet: current,
    now: now(),
    keys: page.keys,
    said: page.said,
    fault: page.fault,
    help: page.help,
    layout: page.layout,
    profile,
    unsent: unsent(),
    line: line(),
    pen: { text: pen.text, tone: pen.elsewhere ? "hold" : "good" },
    who: `${page.who.official ?? page.who.device}${page.shell === "kept" ? "" : " · page not kept"}`,
    shellKept: page.shell === "kept",
    banner: banner(),
    hold: held(current),
    armed: armed.race ? "ARMED" : "NO RACE",
    differences: differences(current),
  };
}

const feed = new Feed(Feed.here(), []);
feed.addEventListener("document", ({ detail }) => {
  armed.heard(detail.topic, detail.data, entered(), feed.position);
  if (!armed.race && armed.step(1)) follow();
  listen();
  show();
});
feed.addEventListener("status", ({ detail }) => {
  page.stale = detail.stale;
  page.silenceMs = detail.silenceMs;
  if (!detail.stale && outbox.depth) outbox.flush();
  show();
});
feed.addEventListener("time", ({ detail }) => {
  // The console's clock does not jump while a race is timed by it.
  if (armed.offset === null || !sheetNow().running) {
    clock.correct(detail.offset);
    armed.keepOffset(detail.offset);
  }
});
outbox.addEventListener("change", () => {
  settle();
  show();
});
clock.subscribe(show);

addEventListener(
  "keydown",
  (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { code, shiftKey: shift, timeStamp } = event;
    // A key that is held down is one key; none of ours may scroll or press what has the focus.
    if (event.repeat || pressed({ code, shift, timeStamp })) event.preventDefault();
  },
  { capture: true },
);
view.addEventListener("key", ({ detail }) => pressed(detail));
view.addEventListener("tap", ({ detail: { position, timeStamp } }) => {
  pressed({ code: PROFILES[profile].positions[position - 1], timeStamp });
});

async function begin() {
  if (armed.offset !== null) clock.correct(armed.offset);
  await outbox.open().catch((error) => {
    page.fault = `nothing can be kept on this device: ${error.message}`;
  });
  const wanted = asked.get("race");
  if (wanted && wanted !== armed.race && locked()) page.fault = "another race is running here: it stays armed";
  else if (wanted) armed.arm(wanted);
  show();
  feed.start();
  follow();
  page.who = await me().catch(() => identity());
  pen.device = page.who.device;
  hearRecorders();
  hearHeld();
  if (!page.who.official && page.who.open) page.said = "Say who you are: open /officials";
  page.layout = (await navigator.keyboard?.getLayoutMap().catch(() => null)) ?? null;
  if (!armed.competition) {
    const { rows } = await request("/api/v1/competitions").catch(() => ({ rows: [] }));
    if (rows.length && armed.enter(rows[0].id)) follow();
  }
  page.shell = await keepShell();
  show();
}

// Two consoles in one browser would have one outbox and two orders.
let alone = !navigator.locks;
navigator.locks?.request("bell-lap-console", () => {
  alone = true;
  page.twice = false;
  return new Promise(() => {});
});
setTimeout(() => {
  page.twice = !alone;
}, ALONE_WITHIN_MS);
await begin();
