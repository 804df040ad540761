/** What every official's page shows of its desk: race, state, clock, who sits here, what waits. */

import { clock } from "./clock.js";
import { h, setAttribute, setText } from "./dom.js";
import { lapSentence } from "./format.js";
import { keepShell } from "./shell.js";

const SETTLED = new Set(["OFFICIAL", "CORRECTED", "CANCELLED"]);
const find = (selector) => document.querySelector(selector);

/** Build an area of the page again, only when what it shows is another: no tap is lost. */
export function area(element, key, build) {
  const text = JSON.stringify(key);
  if (element.dataset.key === text) return;
  element.dataset.key = text;
  element.replaceChildren(
    ...build()
      .flat()
      .filter((child) => child !== null && child !== undefined),
  );
}

/** A key that is pressed or not. */
export function key(label, { pressed, kind = "", ...properties } = {}) {
  const attributes = { class: `key ${kind}`.trim(), type: "button", ...properties };
  if (pressed !== undefined) attributes["aria-pressed"] = String(pressed);
  return h("button", attributes, label);
}

/** Say what went wrong until the next thing goes well. */
export function fault(text) {
  const line = find(".desk-fault");
  line.hidden = !text;
  setText(line, text ?? "");
}

/** Do something that may be refused, and say why when it is. */
export async function tried(action) {
  try {
    const done = await action();
    fault(null);
    return done;
  } catch (error) {
    fault(error.detail ?? error.message ?? String(error));
    return undefined;
  }
}

/** Have the page open without a network from now on, and say whether it does. */
export async function keep() {
  const kept = await keepShell();
  setAttribute(document.body, "data-kept", kept === "kept");
  const words = "This page does not open again without a network: do not close it.";
  find(".desk-unsent").title = kept === "kept" ? "" : `${words} (${kept})`;
}

/** Keep the head of a page true. */
export function follow(desk, { show }) {
  const races = find(".desk-race");
  races.addEventListener("change", () => desk.open(races.value));
  find(".desk-hide").addEventListener("click", ({ currentTarget }) => {
    const hidden = document.body.toggleAttribute("data-hidden");
    setAttribute(currentTarget, "aria-pressed", String(hidden));
    setText(currentTarget, hidden ? "Show" : "Hide");
  });
  const board = () => {
    const own = desk.own;
    find("state-chip").state = own?.state ?? "SCHEDULED";
    find("state-chip").unsent = Boolean(own?.unsent);
    if (own?.entries) {
      // The public's clock may be held, never the officials'.
      find("race-clock").board = { ...own, held: null };
      setText(find(".desk-laps"), own.state === "LIVE" ? lapSentence(own) : "");
    }
    show();
  };
  const changed = () => {
    programme(desk, races);
    unsent(desk.outbox);
    refused(desk);
    const { official, device } = desk.who;
    setText(find(".desk-who"), official ?? device);
    board();
  };
  desk.addEventListener("board", board);
  desk.addEventListener("change", changed);
  desk.addEventListener("refused", ({ detail }) => fault(detail));
  desk.addEventListener("status", ({ detail }) => {
    find("connection-light").status = detail;
  });
}

/** Say how much waits to be sent, and why it cannot be. */
function unsent({ depth, unsafe, held }) {
  const sign = find(".desk-unsent");
  const waits = `${depth} unsent`;
  const wrong = unsafe ? "NOT KEPT · " : held ? "NOT PAIRED · " : "";
  setText(sign, depth || wrong ? `${wrong}${waits}` : "↑0");
  setAttribute(sign, "aria-label", `${wrong}${waits}`);
  setAttribute(sign, "data-tone", unsafe || held ? "stop" : depth ? "hold" : "good");
  setAttribute(sign, "data-depth", depth);
}

/** Show what the server refused when it came to be sent: nothing of it is lost unseen. */
function refused(desk) {
  const { outbox } = desk;
  const [oldest] = outbox.refused;
  const line = find(".desk-refused");
  line.hidden = !oldest;
  area(line, oldest ? [oldest.key, outbox.refused.length] : [], () => {
    if (!oldest) return [];
    const { official, device } = desk.who;
    const { problem, envelope } = oldest;
    const more = outbox.refused.length > 1 ? ` (1 of ${outbox.refused.length})` : "";
    return [
      h("span", null, `Refused${more}: ${envelope.command.type}. ${problem.detail ?? problem.code}`),
      key("Seen", { "data-do": "seen", onclick: () => outbox.seen(oldest.key) }),
      key("Send again", {
        onclick: () => outbox.again(oldest.key, { official: official ?? device, device }),
      }),
    ];
  });
}

function programme(desk, races) {
  const rows = desk.programme?.rows ?? [];
  area(races, [rows.map((row) => [row.id, row.state]), desk.race], () =>
    rows.map((row) =>
      h("option", { value: row.id, selected: row.id === desk.race }, `${row.name} · ${row.round}`),
    ),
  );
  races.value = desk.race;
  const current = find(".desk-current");
  const other = desk.programme?.current;
  const row = rows.find((each) => each.id === other);
  // The last race of a day stays current; it is no longer on the ice.
  current.hidden = !row || other === desk.race || SETTLED.has(row.state);
  setText(current, row ? `On the ice: ${row.name} ${row.round}` : "");
  current.onclick = () => desk.open(other);
}

/** The race clock in milliseconds now, or null when none runs. */
export function raceClock(board, now = clock.now()) {
  return board?.started_at_ms && board.state === "LIVE"
    ? Math.max(0, now - board.started_at_ms)
    : null;
}
