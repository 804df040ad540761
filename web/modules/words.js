/** Words in the reader's language: `?lang=`, else what the browser asks for, else English. */

import { LANGUAGES, LANGUAGE_NAMES } from "./word-table.js";
import { ANNOUNCER_TABLE } from "./word-table-announcer.js";
import { MOMENTS_TABLE } from "./word-table-moments.js";
import { TABLE as PUBLIC_TABLE } from "./word-table.js";

export { LANGUAGES, LANGUAGE_NAMES };
export const TABLE = { ...PUBLIC_TABLE, ...ANNOUNCER_TABLE, ...MOMENTS_TABLE };

let column = 0;

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
}

/** Return the language that is spoken. */
export function language() {
  return LANGUAGES[column];
}

/** Return a word by its name, with `{…}` filled in; a name that is no word is returned as it is. */
export function word(name, values = {}) {
  const found = Object.hasOwn(TABLE, name) ? TABLE[name][column] : name;
  return found.replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole));
}

const PARTS = {
  men: "men",
  women: "women",
  mixed: "mixed",
  relay: "relay",
  final: "final",
  semifinal: "semifinal",
  semifinals: "semifinal",
  quarterfinal: "quarterfinal",
  quarterfinals: "quarterfinal",
  heat: "heat",
  heats: "heat",
  preliminary: "preliminary",
  preliminaries: "preliminary",
  repechage: "repechage",
};

/** Return the name of a race or round with the words that every language has for its own. */
export function translated(name) {
  if (column === 0 || !name) return name ?? "";
  return name.replace(/[A-Za-z]+/g, (part) => {
    const known = PARTS[part.toLowerCase()];
    return known ? word(known) : part;
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
  document.documentElement.lang = language();
}
