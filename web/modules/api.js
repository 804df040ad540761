/** Who asks, and how requests reach the server: pairing, the token, commands under numbers. */

const KEPT = "bell-lap.identity";
const TIMEOUT_MS = 8000;
const LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/** The server's refusal, in its own words: `code` is stable, `detail` is for people. */
export class Problem extends Error {
  constructor(problem) {
    super(problem.detail || problem.title || problem.code);
    this.problem = problem;
    this.code = problem.code;
    this.status = problem.status;
    this.detail = problem.detail;
  }
}

/** Nobody answered, or somebody who is not the server: nothing is known of what was asked. */
export class Unreachable extends Error {}

/** Return `{official, device, token, roles, open}` as this browser keeps it. */
export function identity() {
  const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
  if (!kept.device) {
    kept.device = `console-${letters(6)}`;
    keep(kept);
  }
  return { official: null, token: null, roles: [], open: false, ...kept };
}

/** Say who sits here; needed only where nobody has been paired yet. */
export function setOfficial(official) {
  return keep({ ...identity(), official });
}

/** Ask the server who this is; without an answer, what it said last time holds. */
export async function me() {
  try {
    const answer = await request("/api/v1/me");
    const known = identity();
    return keep({
      ...known,
      official: answer.official ?? known.official,
      device: answer.device ?? known.device,
      roles: answer.roles ?? [],
      open: Boolean(answer.open),
    });
  } catch (error) {
    if (error instanceof Unreachable) return identity();
    if (error.code === "not-paired") return keep({ ...identity(), roles: [], open: false });
    // A server that knows no officials lets everybody in.
    if (error.code === "no-such-route") return keep({ ...identity(), roles: [], open: true });
    throw error;
  }
}

/** Exchange a code of the competition secretary's for this device's token. */
export async function pair(code, device) {
  const answer = await request("/api/v1/pair", { body: { code, device } });
  const { token, official, roles } = answer;
  return keep({ token, official, device: answer.device, roles, open: false });
}

/** Whether somebody may act in one of these roles; the server decides, this only hides. */
export function may({ open, roles }, ...wanted) {
  return open || roles.includes("admin") || wanted.some((role) => roles.includes(role));
}

/** Forget the token: this browser is a stranger again, under the same device name. */
export function forget() {
  return keep({ device: identity().device });
}

/** Return what the server answers to GET, or to POST when there is a body. */
export async function request(path, { body, timeoutMs = TIMEOUT_MS } = {}) {
  const { token } = identity();
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  let answer;
  let read;
  try {
    answer = await fetch(path, {
      method: body === undefined ? "GET" : "POST",
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.timeout(timeoutMs),
    });
    read = await answer.json();
  } catch (error) {
    throw new Unreachable(error.message);
  }
  if (answer.ok) return read;
  // A hotspot's login page answers too: only what calls itself a problem is the server's word.
  const own = answer.headers.get("Content-Type")?.startsWith("application/problem+json");
  if (own && read.code && answer.status < 500) throw new Problem(read);
  throw new Unreachable(read.detail ?? `the answer was ${answer.status}`);
}

/**
 * Send one command, or several in order, and return their receipts.
 *
 * Throws the first Problem, or Unreachable; what was Unreachable may be tried again by
 * `resend(error.envelopes)`, under the same numbers, and is never recorded twice.
 */
export async function send(commands, { occurredAt = Date.now() } = {}) {
  const { official, device } = identity();
  const list = Array.isArray(commands) ? commands : [commands];
  const envelopes = list.map((command) => ({
    command,
    official: official ?? device,
    device,
    device_seq: nextNumber(),
    occurred_at: new Date(occurredAt).toISOString(),
  }));
  const receipts = await resend(envelopes);
  return Array.isArray(commands) ? receipts : receipts[0];
}

/** Send envelopes once more, as they were. */
export async function resend(envelopes) {
  let verdicts;
  try {
    verdicts = await request("/api/v1/commands", { body: envelopes });
  } catch (error) {
    throw Object.assign(error, { envelopes });
  }
  const refused = verdicts.find((verdict) => verdict.error);
  if (!refused) return verdicts;
  const { error } = refused;
  if (error.status < 500) throw Object.assign(new Problem(error), { envelopes, verdicts });
  throw Object.assign(new Unreachable(error.detail), { envelopes });
}

let last = 0;

/**
 * Return this device's next number: the time in thousandths, and always more than the last.
 *
 * So a browser whose memory was wiped, or a second page, does not begin again at 1.
 */
export function nextNumber(now = Date.now(), floor = 0) {
  last = Math.max(last + 1, Math.floor(now), floor);
  return last;
}

function keep(kept) {
  const { official = null, device, token = null, roles = [], open = false } = kept;
  localStorage.setItem(KEPT, JSON.stringify({ official, device, token, roles, open }));
  return identity();
}

function letters(count) {
  const random = crypto.getRandomValues(new Uint8Array(count));
  return [...random].map((byte) => LETTERS[byte % LETTERS.length]).join("");
}
