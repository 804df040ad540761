/** The referee's tablet: what was done, what it would lead to, then the decision. */

import "../elements/define-officials.js";
import { may } from "./api.js";
import { bookmarks } from "./bookmarks.js";
import * as decision from "./decision.js";
import { Desk } from "./desk.js";
import { area, fault, follow, key, raceClock, tried } from "./desk-page.js";
import { h, setAttribute, setText } from "./dom.js";
import { hour, time } from "./format.js";
import { undoable } from "./taking-back.js";

const find = (selector) => document.querySelector(selector);
const TABS = [
  ["decision", "Decision"],
  ["undo", "Undo"],
  ["protests", "Protests"],
  ["video", "Video"],
];
const SANCTIONS = [
  ["PEN", "PEN", "Penalty"],
  ["YC", "YC", "Yellow card"],
  ["RC", "RC", "Red card"],
  ["ADV", "ADV", "Advance"],
];
const STEPS = ["Provisional", "Under review", "Decided", "Announced", "Official"];

const desk = new Desk();
const marks = bookmarks();
let draft = decision.blank();
let tab = "decision";
let armed = null;
let asked = "";

function choose(changes) {
  draft = { ...draft, ...changes };
  armed = null;
  show();
}

function reset() {
  draft = decision.blank();
  armed = null;
}

/** Send one or several commands about this race; the draft goes when they are taken. */
async function act(commands) {
  const list = [commands].flat().map((command) => ({ ...command, race: desk.race }));
  const receipts = await tried(() => desk.act(list));
  if (receipts === null) fault("No network: it is kept here and sent as soon as there is one.");
  show();
  return receipts;
}

// --- left: who, and what the race needs -------------------------------------------------------

function skaters() {
  const rows = [...(desk.result?.rows ?? [])].sort((a, b) => a.start_position - b.start_position);
  const shown = decision.cards(desk.journal);
  const live = desk.board?.entries ?? {};
  const ranked = desk.board?.state === "LIVE" ? live : Object.fromEntries(rows.map((r) => [r.id, r]));
  const reviewing = desk.board?.reviewing ?? [];
  area(
    find(".skaters"),
    [desk.race, rows, draft.competitor, shown, reviewing, rows.map((r) => ranked[r.id]?.rank)],
    () => rows.map((row) => skater(row, ranked[row.id], shown[row.id], reviewing.includes(row.id))),
  );
}

function skater(row, now, cards, reviewing) {
  const status = row.status ?? now?.status ?? (row.fallen ? "FELL" : "");
  const signs = [
    ...(reviewing ? ["review"] : []),
    ...(cards?.YC ? [`YC ${cards.YC}`] : []),
    ...(cards?.RC ? ["RC"] : []),
  ];
  return h(
    "button",
    {
      class: "skater",
      type: "button",
      "data-competitor": row.id,
      "data-status": status,
      "aria-pressed": String(draft.competitor === row.id),
      onclick: () => {
        tab = "decision";
        const victim = draft.victim === row.id ? null : draft.victim;
        choose({ competitor: row.id, victim, lap: draft.lap ?? (desk.board?.lap || null) });
      },
    },
    h("span", { class: "skater-rank" }, now?.rank ?? "–"),
    h("span", { class: "skater-helmet" }, row.helmet ?? row.start_position),
    h("span", { class: "skater-name" }, h("b", null, row.family_name || row.name), h("i", null, row.noc)),
    h("span", { class: "skater-signs" }, status, ...signs.map((sign) => h("em", null, sign))),
  );
}

function raceKeys() {
  const { result } = desk;
  if (!result) return;
  const referee = may(desk.who, "referee", "chief-referee");
  const secretary = may(desk.who, "secretary");
  const over = decision.ended(result, desk.facts);
  const reviewing = Boolean(desk.board?.state === "UNDER_REVIEW" || reviewOpen());
  const started = !["SCHEDULED", "START_LIST"].includes(result.state);
  area(find(".referee-keys"), [result.state, over, reviewing, started, result.signed, result.revision, referee, secretary, draft.competitor, armed?.name], () => [
    referee && !reviewing && started && !result.official
      ? key("Open review", { kind: "hold", onclick: openReview })
      : null,
    referee && reviewing
      ? key("Close review", { kind: "hold", onclick: () => act({ type: "CloseReview", outcome: "No infringement" }) })
      : null,
    referee && started && !over ? key("End of the race", { onclick: () => act({ type: "EndRace" }) }) : null,
    referee && over && ["UNCONFIRMED", "UNDER_REVIEW"].includes(result.state) && !published()
      ? key("Result unofficial", { onclick: () => act({ type: "PublishResult" }) })
      : null,
    key("Bookmark", { onclick: bookmark }),
    secretary && result.official
      ? key(result.signed ? `Sheet ${result.revision} signed` : sign(), { disabled: result.signed, kind: "sign", onclick: signSheet })
      : null,
  ].filter(Boolean));
}

function sign() {
  return armed?.name === "sign" ? "Tap again: I sign this sheet" : `Sign sheet ${desk.result.revision}`;
}

function signSheet() {
  if (armed?.name !== "sign") {
    armed = { name: "sign" };
    show();
    return;
  }
  armed = null;
  act({ type: "SignSheet", revision: desk.result.revision });
}

function published() {
  return desk.facts.some((fact) => fact.type === "ResultPublished");
}

function reviewOpen() {
  const last = desk.facts.findLast((fact) => ["ReviewOpened", "ReviewClosed"].includes(fact.type));
  return last?.type === "ReviewOpened" && !desk.result.official;
}

function openReview() {
  const competitors = [draft.competitor, draft.victim].filter(Boolean);
  const names = competitors.map((each) => desk.name(each)).join(", ");
  act({ type: "OpenReview", reason: names ? `Possible infringement: ${names}` : "Possible infringement", competitors });
}

function bookmark() {
  marks.add(desk.race, raceClock(desk.board), desk.board?.lap ?? null);
  show();
}

// --- middle: the decision ---------------------------------------------------------------------

function tabs() {
  area(find(".tabs"), [tab, marks.of(desk.race).length], () =>
    TABS.map(([name, label]) =>
      h(
        "button",
        {
          class: "tab",
          type: "button",
          role: "tab",
          "data-name": name,
          "aria-selected": String(tab === name),
          onclick: () => {
            tab = name;
            show();
          },
        },
        label,
      ),
    ),
  );
  for (const panel of document.querySelectorAll(".referee-tab")) {
    panel.hidden = panel.dataset.tab !== tab;
  }
}

function sanctions() {
  const total = desk.board?.laps_total ?? 1;
  const step = (by) => choose({ lap: Math.min(total, Math.max(1, (draft.lap ?? desk.board?.lap ?? 1) + by)) });
  area(find(".sanctions"), [draft.sanction, draft.lap, total], () => [
    SANCTIONS.map(([code, label, words]) =>
      key(label, {
        pressed: draft.sanction === code,
        kind: "sanction",
        title: words,
        "data-sanction": code,
        onclick: () => choose({ sanction: code, reason: code === "ADV" ? "Impeded" : draft.reason }),
      }),
    ),
    h("span", { class: "lap-step" },
      key("−", { "aria-label": "A lap earlier", onclick: () => step(-1) }),
      h("span", { class: "lap-now" }, draft.lap ? `Lap ${draft.lap}` : "No lap"),
      key("+", { "aria-label": "A lap later", onclick: () => step(1) }),
    ),
    key("Clear", { kind: "quiet", onclick: () => { reset(); show(); } }),
  ]);
}

function victims() {
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
          onclick: () => choose({ victim: draft.victim === row.id ? null : row.id, advance: false }),
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

function advancement() {
  const box = find(".advancement");
  const advancing = draft.sanction === "ADV";
  box.hidden = !advancing;
  find("infringement-grid").hidden = advancing;
  const causes = (desk.result?.decisions ?? []).filter((d) => d.in_force && d.kind !== "ADV");
  const finals = desk.rounds.filter((round) => round.id.startsWith("FINAL"));
  area(box, [advancing, causes, finals.map((r) => r.id), draft.cause, draft.final], () => [
    h("h3", null, "Because of"),
    h("div", { class: "keys" },
      causes.map((cause) =>
        key(`${cause.kind} ${desk.name(cause.competitor)}`, {
          pressed: draft.cause === cause.version,
          onclick: () => choose({ cause: cause.version, reason: `Impeded by ${desk.name(cause.competitor)}` }),
        }),
      ),
      key("No penalty", { pressed: draft.cause === null, onclick: () => choose({ cause: null }) }),
    ),
    h("h3", null, "To"),
    h("div", { class: "keys" },
      key("The next round", { pressed: draft.final === null, onclick: () => choose({ final: null }) }),
      finals.map((round) =>
        key(round.name, { pressed: draft.final === round.id, onclick: () => choose({ final: round.id }) }),
      ),
    ),
  ]);
}

function reason() {
  const input = find(".reason input");
  if (document.activeElement !== input) input.value = draft.reason;
}

// --- middle: the other tabs -------------------------------------------------------------------

function protests() {
  const declared = desk.journal.findLast(
    (row) => row.race === desk.race && row.type === "ResultDeclaredOfficial",
  );
  const minutes = desk.ruleset?.protest_minutes ?? 0;
  find("protest-list").show({
    protests: desk.result?.protests ?? [],
    nocs: [...new Set((desk.result?.rows ?? []).map((row) => row.noc))].sort(),
    until: declared ? declared.data.at_ms + minutes * 60_000 : null,
    act,
  });
}

function video() {
  const own = marks.of(desk.race);
  area(find('[data-tab="video"]'), own, () => [
    h("p", { class: "soft" }, "Kept on this tablet alone, for the replay operator: nothing of it is recorded."),
    h("ol", { class: "marks", role: "list" },
      own.map((mark) =>
        h("li", null,
          h("b", null, new Date(mark.at).toLocaleTimeString("en-GB")),
          mark.clock === null ? "" : ` · race ${time(mark.clock, 1)}`,
          mark.lap ? ` · lap ${mark.lap}` : "",
        ),
      ),
    ),
    key("Bookmark now", { onclick: bookmark }),
  ]);
}

// --- right: consequences, then the decision ---------------------------------------------------

function pending() {
  const waiting = desk.result?.pending ?? [];
  area(find(".pending"), [waiting, desk.race], () =>
    waiting.length === 0
      ? []
      : [
          h("h2", null, `Under embargo: ${waiting.length}`),
          h("ul", { class: "pending-list" },
            waiting.map((each) =>
              h("li", { "data-version": each.version },
                h("b", null, `${each.in_force ? "" : "Withdrawn: "}${each.kind} ${desk.name(each.competitor)}`),
                h("span", { class: "soft" }, ` ${each.infringement || each.reason}`),
                each.in_force ? key("Undo…", { onclick: () => { tab = "undo"; show(); find("undo-list").choose(`decision-${each.version}`); } }) : null,
              ),
            ),
          ),
        ],
  );
}

/** What a row of an answer is called: a skater of this race by the family name. */
function called(row) {
  return desk.result.rows.some((each) => each.id === row.id) ? desk.name(row.id) : row.name;
}

/** Return what the right side is about: `{title, question}`, or null. */
function matter() {
  const { result, facts } = desk;
  if (!result || ["SCHEDULED", "START_LIST"].includes(result.state)) return null;
  if (armed?.command) {
    return { title: "The public will see, in one step", question: decision.announcing(result, armed.command) };
  }
  if (decision.complete(draft)) {
    return { title: `If ${draft.sanction} ${desk.name(draft.competitor)}`, question: decision.deciding(result, facts, draft) };
  }
  const end = decision.settling(result, facts);
  if (end.length === 0) return null;
  if (result.official) {
    if ((result.pending ?? []).length === 0) return null;
    return { title: "If corrected now", question: { races: [{ race: result.race, add: end }] } };
  }
  return { title: "If made official now", question: { races: [{ race: result.race, add: end }] } };
}

async function consequences() {
  const list = find("consequence-list");
  const about = matter();
  const title = about?.title ?? "Consequences";
  // What was said about something else is not left standing below a new title.
  if (find(".so-head").textContent !== title) list.show("Asking…");
  setText(find(".so-head"), title);
  const now = about ? JSON.stringify([about.question, desk.result.version, desk.facts.length]) : "";
  if (now === asked) return;
  asked = now;
  setAttribute(list, "data-asking", Boolean(about));
  if (!about) {
    list.show("Tap a skater, then what they did and where. Nothing is sent before you have seen what it changes.");
    return;
  }
  try {
    const rows = await desk.suppose(about.question);
    if (asked === now) list.show(rows, { name: called });
  } catch (error) {
    if (asked === now) list.show(`Not known: ${error.detail ?? "the server does not answer."}`);
  }
  if (asked === now) setAttribute(list, "data-asking", false);
}

function suggestion() {
  const found = decision.escalation(draft, {
    decisions: desk.result?.decisions ?? [],
    shown: decision.cards(desk.journal),
    ruleset: desk.ruleset,
  });
  const waiting = desk.proposals.filter((each) => each.competitor && each.race === desk.race && each.kind !== "withdrawal");
  const line = find(".suggested");
  line.hidden = !found && waiting.length === 0;
  area(line, [found, waiting], () => [
    found ? [`${found.text}. `, key(`Show ${found.step}`, { onclick: () => choose({ sanction: found.step }) })] : null,
    waiting.map((each) => [
      `${desk.name(each.competitor)}: ${each.rule}. `,
      key(`Show ${each.kind}`, {
        onclick: () => choose({ competitor: each.competitor, sanction: each.kind, reason: each.rule }),
      }),
    ]),
  ].flat(2));
}

function actions() {
  const { result } = desk;
  const referee = may(desk.who, "referee", "chief-referee");
  const chief = may(desk.who, "chief-referee");
  const over = result ? decision.ended(result, desk.facts) : false;
  const waiting = (result?.pending ?? []).length;
  const ready = decision.complete(draft) && referee;
  area(find(".actions"), [ready, waiting, over, result?.official, referee, chief, armed, draft.sanction, draft.competitor], () => {
    if (armed?.command) {
      return [
        key(armed.label, { kind: "danger", "data-step": "two", onclick: confirm }),
        key("Not yet", { onclick: () => { armed = null; show(); } }),
      ];
    }
    if (ready) {
      return [key(`Decide: ${draft.sanction} ${desk.name(draft.competitor)}, under embargo`, { kind: "primary", "data-step": "decide", onclick: decide })];
    }
    if (!result) return [];
    if (waiting && !chief) return [h("p", { class: "soft" }, "The chief referee announces it.")];
    if (result.official) {
      return waiting && chief
        ? [arm("Correct the result…", "Announce: correct the official result", { type: "CorrectResult", race: desk.race, reason: "Decision of the referee" })]
        : [];
    }
    return [
      waiting && chief ? arm("Announce…", "Announce now", { type: "AnnounceDecisions", race: desk.race }) : null,
      over && chief
        ? arm(
            waiting ? "Announce and make official…" : "Make official…",
            waiting ? "Announce, and make official" : "Make official now",
            { type: "DeclareResultOfficial", race: desk.race, announce: true },
          )
        : null,
    ];
  });
}

function arm(words, label, command) {
  return key(words, {
    kind: "primary",
    "data-step": "one",
    "data-command": command.type,
    onclick: () => {
      armed = { name: "announce", label, command };
      show();
    },
  });
}

async function confirm() {
  const { command } = armed;
  armed = null;
  await act(command);
}

async function decide() {
  const chosen = draft;
  const [first, second] = decision.commands(desk.race, chosen, { embargo: true });
  const receipts = await act(first);
  if (!receipts) return;
  if (second) {
    const { version } = receipts[0].events[0];
    await act({ ...second, cause: version });
  }
  reset();
  show();
}

function steps() {
  const { result } = desk;
  const waiting = (result?.pending ?? []).length > 0;
  const announced = (result?.decisions ?? []).some((each) => each.in_force && each.announced);
  const at = result?.official && !waiting ? 4 : waiting ? 2 : announced ? 3 : reviewOpen() ? 1 : result && decision.ended(result, desk.facts) ? 0 : -1;
  area(find(".steps"), [at], () =>
    STEPS.map((step, i) => h("li", { "aria-current": i === at ? "step" : null, "data-done": i < at }, step)),
  );
}

function undo() {
  find("undo-list").show(desk.result ? undoable(desk.result, desk.facts, (id) => desk.name(id)) : []);
}

function show() {
  if (!desk.who) return;
  skaters();
  raceKeys();
  tabs();
  sanctions();
  find("infringement-grid").show(desk.ruleset?.infringements ?? [], { relay: Boolean(desk.board?.relay) });
  find("infringement-grid").chosen = draft.reason;
  victims();
  advancement();
  reason();
  undo();
  protests();
  video();
  pending();
  steps();
  suggestion();
  actions();
  consequences();
}

find("infringement-grid").addEventListener("choose", ({ detail }) => {
  choose({ infringement: detail.code, reason: detail.text, zone: detail.zone });
});
find(".reason input").addEventListener("input", ({ currentTarget }) => {
  // Words of one's own are not the words of a code.
  draft = { ...draft, reason: currentTarget.value.trim() };
  show();
});
find("undo-list").connect({
  async ask(entry) {
    const { now, later } = decision.undoing(desk.result, desk.facts, entry.command("Entered by mistake"));
    const [seen, settled] = await Promise.all([now && desk.suppose(now), later && desk.suppose(later)]);
    return { now: seen, later: settled };
  },
  take: (command) => desk.act([command]),
  name: called,
});
find(".desk-race").addEventListener("change", reset);
follow(desk, { show });
await desk.start();
setAttribute(document.body, "data-ready", true);
show();
