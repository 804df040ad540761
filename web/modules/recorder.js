/** What an action on the lap console leads to: a command to be kept, and words to be shown. Pure. */

import { called, missedAt } from "./lap-sheet.js";
import { releaseOf } from "./own-hold.js";

const LONGEST_MS = 7_200_000;
/** Who may do what, where the server knows officials; what is not here is the lap recorder's. */
export const ROLES = {
  start: ["starter", "lap-recorder", "referee", "chief-referee"],
  "false-start": ["starter", "referee", "chief-referee"],
  restart: ["referee", "chief-referee"],
  "re-skate": ["referee", "chief-referee"],
  hold: ["lap-recorder", "starter", "timekeeper", "photo-finish", "referee", "chief-referee"],
};
/** What only whoever holds the pen enters, so that it is not there twice. */
const PENS = new Set(["fell", "up", "out", "missed", "bell", "adopt"]);
const MISTAKE = "keyed by mistake";
const PLAIN = {
  fell: { type: "RecordFall", words: "fell" },
  up: { type: "RecordGettingUp", words: "got up" },
  out: { type: "RecordDidNotFinish", words: "did not finish" },
  flag: { type: "FlagToReferee", words: "flagged to the referee" },
};

/**
 * Return `{command, refs, note, occurredAt, say}`, or only `{fault}` where nothing can follow.
 *
 * `sheet` is the race as this console has it, `at` the instant of the key, `pen` whose crossings
 * count.
 */
export function act(action, { race, sheet, at, pen = null }) {
  if (pen?.elsewhere && PENS.has(action.kind)) {
    return { fault: `${pen.holder.device} has the pen and enters that: T, Enter takes it` };
  }
  const note = { attempt: sheet.attempt };
  const plain = (command, say, more = {}) => ({
    command: { race, ...command },
    refs: {},
    occurredAt: at,
    say,
    ...more,
    note: { ...note, ...more.note },
  });
  switch (action.kind) {
    case "cross":
      return plain(...crossing(action, sheet, at));
    case "time":
      return plain({ type: "RecordCrossing", ...elapsed(sheet, at) }, "time taken: A and a digit say whose");
    case "assign":
      return assign(action, sheet, plain);
    case "undo":
      if (!sheet.undo) return { fault: "nothing of this attempt to retract" };
      return retract(sheet.undo.key, sheet.undo.label, plain);
    case "undo-of":
      return retractLast(action, sheet, plain);
    case "fell":
    case "up":
    case "out":
    case "flag":
      return about(action, sheet, plain);
    case "missed":
      return missed(action, sheet, at, plain);
    case "pen":
      return plain({ type: "TakePen", from_other: true }, "the pen is here");
    case "adopt":
      return adopt(pen, sheet, at, plain);
    case "hold":
      return hold(sheet, plain);
    case "bell":
      return plain({ type: "RingBell" }, "bell");
    default:
      return flow(action, sheet, plain);
  }
}

/** Return the skater who was meant by a start position or a helmet number. */
export function meant({ position, helmet }, sheet) {
  const fits = (row) => (helmet === undefined ? row.position === position : row.helmet === helmet);
  return sheet.rows.find(fits) ?? null;
}

function keyed({ position, helmet }) {
  return helmet === undefined ? `start position ${position}` : `helmet ${helmet}`;
}

function who(row) {
  return `${called(row)} ${row.family || row.name}`;
}

/** Return the time since the gun, where there was one: a race does not take two hours. */
function elapsed(sheet, at) {
  const since = sheet.gunAt === null ? -1 : at - sheet.gunAt;
  return since < 0 || since > LONGEST_MS ? {} : { elapsed_ms: since };
}

function crossing(action, sheet, at) {
  const command = { type: "RecordCrossing", ...elapsed(sheet, at) };
  const row = meant(action, sheet);
  if (row) return [{ ...command, competitor: row.id }, `${who(row)} · lap ${row.laps + 1}`];
  const { position, helmet } = action;
  const named = helmet === undefined ? { start_position: position } : { helmet_number: helmet };
  const text = keyed(action);
  // It is never refused: somebody did cross. A and a digit say who it was.
  return [{ ...command, ...named }, `${text} is not on the list: kept as a time`, { note: { keyed: text } }];
}

function assign(action, sheet, plain) {
  const row = meant(action, sheet);
  if (!row) return { fault: `${keyed(action)} is not on the list` };
  const [oldest] = sheet.unassigned;
  if (!oldest) return { fault: "no time waits for a name" };
  return plain({ type: "AssignCrossing", competitor: row.id }, `the time is ${who(row)}`, {
    refs: { crossing: oldest.key },
  });
}

function retract(key, label, plain) {
  return plain({ type: "RetractFact", reason: MISTAKE }, `retracted: ${label}`, {
    refs: { target: key },
    note: { of: label },
  });
}

function retractLast(action, sheet, plain) {
  const row = meant(action, sheet);
  if (!row) return { fault: `${keyed(action)} is not on the list` };
  const last = row.crossings.findLast((crossing) => crossing.key !== null);
  if (!last) return { fault: `${who(row)} has no crossing from this console` };
  return retract(last.key, `${who(row)} lap ${row.crossings.indexOf(last) + 1}`, plain);
}

function about(action, sheet, plain) {
  const row = meant(action, sheet);
  if (!row) return { fault: `${keyed(action)} is not on the list` };
  const { type, words } = PLAIN[action.kind];
  if (action.kind === "up" && !row.fallen) return { fault: `${who(row)} has not fallen` };
  return plain({ type, competitor: row.id }, `${who(row)} ${words}`);
}

function missed(action, sheet, at, plain) {
  const row = meant(action, sheet);
  if (!row) return { fault: `${keyed(action)} is not on the list` };
  const command = { type: "RecordCrossing", competitor: row.id, source: "estimated" };
  return plain(command, `${who(row)} missed crossing, time estimated`, {
    occurredAt: missedAt(row, at),
    note: { missed: true },
  });
}

function adopt(pen, sheet, at, plain) {
  const difference = sheet.gunAt === null ? null : pen?.adoptable(at - sheet.gunAt);
  const row = difference && sheet.rows.find(({ id }) => id === difference.competitor);
  if (!row) return { fault: "the other recorder has nothing that you have not" };
  const command = { type: "AdoptCrossing", observation: difference.observation };
  return plain(command, `taken over: ${who(row)} lap ${difference.row}`, {
    note: { competitor: row.id, at: sheet.gunAt + difference.at_ms },
  });
}

/** Hold the public board, or release the hold that is meant: its version, or the entry that made it. */
function hold({ hold: held }, plain) {
  if (!held) return plain({ type: "HoldPublicBoard" }, "public board held: H releases it");
  const { command, refs } = releaseOf(held);
  return plain(command, "public board released", { refs });
}

function flow(action, sheet, plain) {
  switch (action.kind) {
    case "start":
      if (sheet.gunAt !== null) return { fault: "the gun has gone: Shift+S, Enter recalls the field" };
      return plain({ type: "StartRace" }, "gun");
    case "false-start":
      return plain({ type: "CallFalseStart" }, "false start: recalled");
    case "stop":
      if (!sheet.running) return { fault: "the race is not running" };
      return plain({ type: "StopRace", reason: "Stopped at the line" }, "race stopped");
    case "restart":
    case "re-skate":
      if (!sheet.stopped && !sheet.ended) return { fault: "stop the race first: X, Enter" };
      return plain(
        { type: "OrderRestart", reason: "Race stopped", re_skate: action.kind === "re-skate" },
        action.kind === "restart" ? "restart: S is the gun" : "re-skate ordered",
      );
    case "end":
      if (sheet.gunAt === null) return { fault: "the race has not started" };
      if (sheet.ended) return { fault: "the race has ended" };
      return plain({ type: "EndRace" }, "end of the race");
    default:
      return { fault: `nothing is known of ${action.kind}` };
  }
}
