/**
 * Keys of the lap console: physical keys in, what is meant out. Pure.
 *
 * Keys are named by where they lie (`event.code`), so that every keyboard layout has them at the
 * same place. A profile is a contract with people's hands: it is never changed, only followed by
 * another version.
 */

const ROW = ["Digit1", "Digit2", "Digit3", "Digit4", "Digit5", "Digit6", "Digit7", "Digit8", "Digit9", "Digit0"];
const PAD = ROW.map((code) => code.replace("Digit", "Numpad"));

const ACTIONS_1 = {
  Space: { kind: "time" },
  Backspace: { kind: "undo" },
  KeyA: { who: "assign" },
  KeyF: { who: "fell" },
  KeyU: { who: "up" },
  KeyD: { who: "out" },
  KeyM: { who: "missed" },
  KeyP: { who: "flag" },
  KeyB: { kind: "bell" },
  KeyH: { kind: "hold" },
  KeyS: { kind: "start" },
  "Shift+KeyS": { sure: "false-start" },
  KeyX: { sure: "stop" },
  KeyR: { sure: "restart" },
  "Shift+KeyR": { sure: "re-skate" },
  KeyE: { sure: "end" },
  KeyN: { sure: "next" },
  "Shift+KeyN": { sure: "previous" },
  KeyT: { sure: "pen" },
  KeyG: { kind: "adopt" },
  KeyK: { kind: "seen" },
  "Shift+KeyK": { kind: "again" },
  Slash: { kind: "help" },
  "Shift+Slash": { kind: "help" },
};

/** Which keys name a start position, and which spell a helmet number. */
export const PROFILES = {
  "standard-1": { positions: ROW, helmets: PAD, actions: ACTIONS_1 },
  "numpad-1": { positions: PAD, helmets: ROW, actions: ACTIONS_1 },
};
export const STANDARD = "standard-1";

export const SAME_KEY_MS = 1000;

/** What is held between two keys: digits of a helmet number, and a key that waits for another. */
export const IDLE = { digits: "", who: null, sure: null };

/**
 * Return `{state, action}` after a key; the action is null while more is needed, or for no key of
 * ours (`ours` is then false).
 *
 * A crossing or a time never waits for anything: they are taken also while a question is open.
 */
export function press(state, { code, shift = false }, profile = PROFILES[STANDARD]) {
  const position = profile.positions.indexOf(code) + 1;
  if (position) return named(state, { position }, shift);
  const digit = profile.helmets.indexOf(code) + 1;
  if (digit) return took({ ...state, digits: `${state.digits}${digit % 10}`.slice(0, 4) });
  if (code === "Enter" || code === "NumpadEnter") return entered(state);
  if (code === "Escape") return took(IDLE);
  const found = profile.actions[`${shift ? "Shift+" : ""}${code}`];
  if (!found) return { state, action: null, ours: false };
  if (found.kind === "time") return took(state, found);
  if (found.kind === "undo") return erased(state, found);
  if (found.who) return took({ ...IDLE, who: found.who });
  if (found.sure) return took({ ...IDLE, sure: found.sure });
  return took(IDLE, found);
}

/**
 * Whether a crossing's key is the one just before it, pressed again by a cold finger.
 *
 * Nobody crosses the line twice within a second, so it is one crossing. `before` is the key of the
 * crossing before, null when another key came in between; both are `{code, timeStamp}`.
 */
export function trembled(before, { code, timeStamp }) {
  return before?.code === code && timeStamp - before.timeStamp < SAME_KEY_MS;
}

function took(state, action = null) {
  return { state, action, ours: true };
}

/** A start position or a helmet number is known: it crossed, or what was asked about it. */
function named(state, named, shift) {
  if (state.who) return took(IDLE, { kind: state.who, ...named });
  if (shift) return took(state, { kind: "undo-of", ...named });
  return took({ ...state, digits: "" }, { kind: "cross", ...named });
}

function entered(state) {
  if (state.digits) return named(state, { helmet: Number(state.digits) }, false);
  if (state.sure) return took(IDLE, { kind: state.sure });
  return took(state);
}

/** Backspace takes back what is being typed, and only then what was entered. */
function erased(state, undo) {
  if (state.digits) return took({ ...state, digits: state.digits.slice(0, -1) });
  if (state.who || state.sure) return took(IDLE);
  return took(state, undo);
}

/** The keys in the order in which they are taught: `[codes, what they do]`. */
export const CARD = [
  [["1…8"], "crossing now, by start position (9 and 0 for 9 and 10)"],
  [["number", "Enter"], "crossing now, by helmet number, on the other digits"],
  [["Space"], "only the time; say afterwards who it was"],
  [["KeyA", "digit"], "the oldest time without a name is this one's"],
  [["Backspace"], "retract the last entry; the line below says which"],
  [["Shift", "digit"], "retract this one's last crossing"],
  [["KeyF", "digit"], "fell"],
  [["KeyU", "digit"], "got up and races on"],
  [["KeyD", "digit"], "did not finish"],
  [["KeyM", "digit"], "a crossing was missed: the order is kept, the time is estimated"],
  [["KeyP", "digit"], "flag to the referee; the public sees nothing"],
  [["KeyB"], "the bell rang"],
  [["KeyH"], "hold the public board, or release it; everything is recorded meanwhile"],
  [["KeyS"], "gun"],
  [["Shift", "KeyS", "Enter"], "false start: recall"],
  [["KeyX", "Enter"], "stop the race"],
  [["KeyR", "Enter"], "restart at once; with Shift: re-skate later"],
  [["KeyE", "Enter"], "end of the race"],
  [["KeyN", "Enter"], "arm the next race; with Shift: the one before"],
  [["KeyT", "Enter"], "take the pen from the other recorder"],
  [["KeyG"], "take over what the other recorder has and you have not"],
  [["KeyK"], "a refusal has been seen; with Shift: send it again"],
  [["Escape"], "forget what is half typed"],
];

/** Return what is written on a key; `layout` maps codes to what this keyboard writes on them. */
export function legend(code, layout = null) {
  if (!code.startsWith("Key")) return code;
  return (layout?.get(code) ?? code.slice(3)).toUpperCase();
}
