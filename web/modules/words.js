/** Words in the reader's language: `?lang=`, else what the browser asks for, else English. */

import { LANGUAGES, LANGUAGE_NAMES } from "./word-table.js";
import { ANNOUNCER_TABLE } from "./word-table-announcer.js";
import { LEDGER_TABLE } from "./word-table-ledger.js";
import { MACHINE_TABLE } from "./word-table-machine.js";
import { MOMENTS_TABLE } from "./word-table-moments.js";
import { NAMES_TABLE } from "./word-table-names.js";
import { TABLE as PUBLIC_TABLE } from "./word-table.js";

export { LANGUAGES, LANGUAGE_NAMES };
export const TABLE = {
  ...PUBLIC_TABLE,
  ...NAMES_TABLE,
  ...ANNOUNCER_TABLE,
  ...MOMENTS_TABLE,
  ...LEDGER_TABLE,
  ...MACHINE_TABLE,
};

/** What a language is called where its script decides the font. */
const TAGS = { zh: "zh-Hans" };

let column = 0;
let counting = new Intl.PluralRules("en");
let ranking = new Intl.PluralRules("en", { type: "ordinal" });

/** Return which of our languages suits: one that was asked for, or the first preferred one. */
export function choose(asked, preferred = []) {
  const known = [asked, ...preferred]
    .map((tag) => (tag ?? "").toLowerCase().split("-", 1)[0])
    .find((tag) => LANGUAGES.includes(tag));
  return known ?? "en";
}

/** Speak a language from now on. */
export function speak(language) {
  column = Math.max(0, LANGUAGES.indexOf(language));
  counting = new Intl.PluralRules(LANGUAGES[column]);
  ranking = new Intl.PluralRules(LANGUAGES[column], { type: "ordinal" });
}

/** Return the language that is spoken. */
export function language() {
  return LANGUAGES[column];
}

/** Return what an element's `lang` says for a language. */
export function tag(code = language()) {
  return TAGS[code] ?? code;
}

/**
 * Return a word by its name, with `{…}` filled in; a name that is no word is returned as it is.
 *
 * Where the table has a form for each plural, the count `n` chooses.
 */
export function word(name, values = {}) {
  return filled(name, values, counting);
}

/** 2 → "2nd", "2위", "第2名": a place within a sentence; some languages ask whose it is. */
export function ordinal(n, feminine = false) {
  return filled(feminine ? "ordinalFeminine" : "ordinal", { n }, ranking);
}

function filled(name, values, rules) {
  const found = Object.hasOwn(TABLE, name) ? TABLE[name][column] : name;
  const form = typeof found === "string" ? found : (found[rules.select(values.n ?? Number.NaN)] ?? found.other);
  return form.replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole));
}

const PARTS = {
  men: "men",
  women: "women",
  mixed: "mixed",
  relay: "relay",
  final: "final",
  finals: "finals",
  semifinal: "semifinal",
  semifinals: "semifinals",
  quarterfinal: "quarterfinal",
  quarterfinals: "quarterfinals",
  heat: "heat",
  heats: "heats",
  preliminary: "preliminary",
  preliminaries: "preliminaries",
  repechage: "repechage",
};

/** "Men 5000 m relay", "Semifinal 2": languages order these parts in ways of their own; else a word. */
const NAMED = new RegExp(
  [
    /\b(?<who>Men|Women|Mixed) (?<metres>[0-9]+) m(?<relay> relay)?\b/,
    /\b(?<round>Final|Semifinal|Quarterfinal|Heat|Preliminary|Repechage) (?<group>[0-9]+|[A-Z])\b/,
    /[A-Za-z]+/,
  ]
    .map((each) => each.source)
    .join("|"),
  "g",
);

/** Return the name of a race or round with the words that every language has for its own. */
export function translated(name) {
  if (column === 0 || !name) return name ?? "";
  return name.replace(NAMED, (part, ...rest) => {
    const { who, metres, relay, round, group } = rest.at(-1);
    const whole = round ? `${PARTS[round.toLowerCase()]}Of` : `${PARTS[who?.toLowerCase()]}${relay ? "Relay" : ""}Over`;
    if (Object.hasOwn(TABLE, whole)) return word(whole, { metres, group });
    return part.replace(/[A-Za-z]+/g, (each) => {
      const known = PARTS[each.toLowerCase()];
      return known ? word(known) : each;
    });
  });
}

/** Put words into the elements that name one in `data-word` or `data-word-label`. */
export function translate(root) {
  for (const element of root.querySelectorAll("[data-word]")) {
    element.textContent = word(element.dataset.word);
  }
  for (const element of root.querySelectorAll("[data-word-label]")) {
    element.setAttribute("aria-label", word(element.dataset.wordLabel));
  }
}

if (globalThis.location && globalThis.document) {
  const asked = new URLSearchParams(location.search).get("lang");
  speak(choose(asked, navigator.languages));
  document.documentElement.lang = tag();
}
