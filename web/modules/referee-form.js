/** The form of a decision: sanction and lap, victim, what an advancement is for, the words. */

import { area, key } from "./desk-page.js";
import { h } from "./dom.js";

const SANCTIONS = [
  ["PEN", "PEN", "Penalty"],
  ["YC", "YC", "Yellow card"],
  ["RC", "RC", "Red card"],
  ["ADV", "ADV", "Advance"],
];
const find = (selector) => document.querySelector(selector);

/** Show a draft; `choose` changes it, `clear` drops it. */
export function form(desk, draft, { choose, clear }) {
  sanctions(desk, draft, choose, clear);
  victims(desk, draft, choose);
  advancement(desk, draft, choose);
  reason(draft);
}

function sanctions(desk, draft, choose, clear) {
  const total = desk.board?.laps_total ?? 1;
  const step = (by) =>
    choose({ lap: Math.min(total, Math.max(1, (draft.lap ?? desk.board?.lap ?? 1) + by)) });
  area(find(".sanctions"), [draft.sanction, draft.lap, total], () => [
    SANCTIONS.map(([code, label, words]) =>
      key(label, {
        pressed: draft.sanction === code,
        kind: "sanction",
        title: words,
        "data-sanction": code,
        onclick: () => choose({ sanction: code, ...wording(draft.sanction, code) }),
      }),
    ),
    h(
      "span",
      { class: "lap-step" },
      key("−", { "aria-label": "A lap earlier", onclick: () => step(-1) }),
      h("span", { class: "lap-now" }, draft.lap ? `Lap ${draft.lap}` : "No lap"),
      key("+", { "aria-label": "A lap later", onclick: () => step(1) }),
    ),
    key("Clear", { kind: "quiet", onclick: clear }),
  ]);
}

/** An advancement has words of its own, which are no infringement's. */
function wording(before, after) {
  if (before === after || (before !== "ADV" && after !== "ADV")) return {};
  const reason = after === "ADV" ? "Impeded" : "";
  return { reason, infringement: "", zone: null };
}

function victims(desk, draft, choose) {
  const rows = (desk.result?.rows ?? []).filter((row) => row.id !== draft.competitor);
  const advancing = draft.sanction === "ADV";
  const line = find(".victims");
  line.hidden = advancing || !draft.competitor;
  area(line, [rows.map((row) => row.id), draft.victim, draft.advance], () => [
    h("span", { class: "keys-label" }, "Victim"),
    [...rows]
      .sort((a, b) => a.start_position - b.start_position)
      .map((row) =>
        key(String(row.helmet ?? row.start_position), {
          pressed: draft.victim === row.id,
          kind: "victim",
          title: row.name,
          "aria-label": `Victim ${row.name}`,
          "data-victim": row.id,
          onclick: () =>
            choose({ victim: draft.victim === row.id ? null : row.id, advance: false }),
        }),
      ),
    draft.victim
      ? key(`Advance ${desk.name(draft.victim)}`, {
          pressed: draft.advance,
          kind: "advance",
          onclick: () => choose({ advance: !draft.advance }),
        })
      : null,
  ]);
}

function advancement(desk, draft, choose) {
  const box = find(".advancement");
  const advancing = draft.sanction === "ADV";
  box.hidden = !advancing;
  find("infringement-grid").hidden = advancing;
  const causes = (desk.result?.decisions ?? []).filter((d) => d.in_force && d.kind !== "ADV");
  const finals = desk.rounds.filter((round) => round.id.startsWith("FINAL"));
  area(box, [advancing, causes, finals.map((r) => r.id), draft.cause, draft.final], () => [
    h("h3", null, "Because of"),
    h(
      "div",
      { class: "keys" },
      causes.map((cause) =>
        key(`${cause.kind} ${desk.name(cause.competitor)}`, {
          pressed: draft.cause === cause.version,
          onclick: () =>
            choose({ cause: cause.version, reason: `Impeded by ${desk.name(cause.competitor)}` }),
        }),
      ),
      key("No penalty", { pressed: draft.cause === null, onclick: () => choose({ cause: null }) }),
    ),
    h("h3", null, "To"),
    h(
      "div",
      { class: "keys" },
      key("The next round", {
        pressed: draft.final === null,
        onclick: () => choose({ final: null }),
      }),
      finals.map((round) =>
        key(round.name, {
          pressed: draft.final === round.id,
          onclick: () => choose({ final: round.id }),
        }),
      ),
    ),
  ]);
}

function reason(draft) {
  const input = find(".reason input");
  if (document.activeElement !== input) input.value = draft.reason;
}
