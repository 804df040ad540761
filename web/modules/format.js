/** Times, gaps, names and words as the sport writes them. */

import { language, word } from "./words.js";

/** 40078 → "40.078", 86406 → "1:26.406"; `decimals` 3, 2 or 1, cut off and not rounded. */
export function time(ms, decimals = 3) {
  if (ms === undefined || ms === null) return "";
  const minutes = Math.floor(ms / 60000);
  const seconds = Math.floor((ms % 60000) / 1000);
  const fraction = String(ms % 1000).padStart(3, "0").slice(0, decimals);
  const whole = minutes ? `${minutes}:${String(seconds).padStart(2, "0")}` : String(seconds);
  return `${whole}.${fraction}`;
}

/** 42000 → "42 s", 125000 → "2 min 05 s": how long something has lasted. */
export function age(ms) {
  const seconds = Math.max(Math.floor(ms / 1000), 0);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** 113 → "+0.113"; nothing for the leader. */
export function gap(ms) {
  return ms ? `+${time(ms)}` : "";
}

/** 2 → "+2 L". */
export function lapsDown(laps) {
  return laps ? `+${laps} L` : "";
}

/**
 * Split a name into what is written in capitals and the rest, in the name's own order.
 *
 * The family name is stated by the entry; a name without it is not split.
 */
export function nameParts(name, family) {
  if (!name) return [{ text: "", family: false }];
  if (!family) return [{ text: name, family: false }];
  const start = name.toLocaleLowerCase().indexOf(family.toLocaleLowerCase());
  if (start < 0) return [{ text: name, family: false }];
  const parts = [
    { text: name.slice(0, start), family: false },
    { text: name.slice(start, start + family.length).toLocaleUpperCase(), family: true },
    { text: name.slice(start + family.length), family: false },
  ];
  return parts.filter((part) => part.text !== "");
}

const SCRIPTS = { CHN: "zh-Hans", HKG: "zh-Hant", JPN: "ja", KOR: "ko", PRK: "ko", TPE: "zh-Hant" };

/** Return the language in which the skaters of an NOC have a name in a script of its own, or null. */
export function scriptOf(noc) {
  return SCRIPTS[noc] ?? null;
}

/** "UNDER_REVIEW" → "Under review". */
export function state(code) {
  return word(code ?? "");
}

/** The words behind a status, for those who hear the page. */
export function statusWords(status) {
  return word(status ?? "");
}

/** Whether a place in a board is a woman's or a team's: some languages write it in another way. */
export function ofWomen(board) {
  return Boolean(board.relay) || board.gender === "women";
}

/** Where in a race the leader is, in one sentence. */
export function lapSentence(board) {
  const toGo = board.laps_to_go;
  if (board.state !== "LIVE") return state(board.state);
  if (toGo === 0) return word("finish");
  if (toGo === 1) return word("lastLap");
  return word("lapsToGo", { n: toGo });
}

/** An instant as the viewer's own hour and minute. */
export function hour(instant, locale = language()) {
  if (!instant) return "";
  return new Date(instant).toLocaleTimeString(locale, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
}

/** An instant as a day of the week and a date. */
export function day(instant, locale = language()) {
  if (!instant) return "";
  return new Date(instant).toLocaleDateString(locale, {
    weekday: "long",
    day: "numeric",
    month: "long",
  });
}

/** The first and the last day of a competition, as one range of dates. */
export function days(from, to, locale = language()) {
  if (!from) return "";
  const format = new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
  const [first, last] = [new Date(from), new Date(to ?? from)];
  const range = format.formatRange(first, last);
  if (!range.includes("/")) return range;
  // Browsers have no range of written-out dates for Chinese and Japanese, and fall back to figures.
  return word("dateRange", { from: format.format(first), to: format.format(last) });
}
