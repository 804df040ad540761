/** Instants as the reader's language and time zone write them, never without the zone. Pure. */

import { language } from "./words.js";

const DATE = { day: "numeric", month: "short", year: "numeric" };
const TIME = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
const formats = new Map();

/** Return a date and a time of day with the name of their zone; nothing where there is no instant. */
export function stamp(instant, options = {}) {
  return written(instant, { ...DATE, ...TIME, timeZoneName: "short" }, options);
}

/** Return a time of day with the name of its zone. */
export function clockTime(instant, options = {}) {
  return written(instant, { ...TIME, timeZoneName: "short" }, options);
}

/** Return what the reader's zone is called at an instant, such as "CET" or "GMT+9". */
export function zone(instant, { locale = language(), timeZone } = {}) {
  const parts = format({ hour: "2-digit", timeZoneName: "short" }, locale, timeZone).formatToParts(new Date(instant));
  return parts.find((part) => part.type === "timeZoneName").value;
}

/** Return the day of an instant in the reader's zone, as `2024-02-11`. */
export function dayOf(instant, { timeZone } = {}) {
  return format({ year: "numeric", month: "2-digit", day: "2-digit" }, "en-CA", timeZone).format(new Date(instant));
}

/** Return whether two instants lie on different days of the reader's. */
export function daysApart(one, other, options = {}) {
  return Boolean(one) && Boolean(other) && dayOf(one, options) !== dayOf(other, options);
}

/**
 * Return an instant as evidence states it: UTC, to the last digit that was recorded.
 *
 * "2024-02-11T14:31:07.123456Z" → "2024-02-11 14:31:07.123456 UTC".
 */
export function exact(instant) {
  return instant ? `${instant.replace("T", " ").replace(/(Z|\+00:00)$/, "")} UTC` : "";
}

/**
 * Return a time of a day in the reader's zone as an instant in UTC: the end of the second that was
 * named, or of the fraction of it. `day` is `2024-02-11`, `text` such as 9:05, 16:31:07 or 16:31:07.4.
 */
export function instantOf(day, text) {
  const [hours, minutes, seconds = "00"] = text.split(":");
  const [whole, fraction = "999999"] = seconds.split(".");
  const there = new Date(`${day}T${hours.padStart(2, "0")}:${minutes}:${whole}`);
  return `${there.toISOString().slice(0, 19)}.${fraction}Z`;
}

function written(instant, fields, { locale = language(), timeZone } = {}) {
  return instant ? format(fields, locale, timeZone).format(new Date(instant)) : "";
}

/** Formats are made once: a season has hundreds of moments. */
function format(fields, locale, timeZone) {
  const name = JSON.stringify([fields, locale, timeZone]);
  if (!formats.has(name)) formats.set(name, new Intl.DateTimeFormat(locale, { ...fields, timeZone }));
  return formats.get(name);
}
