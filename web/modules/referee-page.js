/** The referee's tablet: what was done, what it would lead to, then the decision. */

import "../elements/define-officials.js";
import { may } from "./api.js";
import * as decision from "./decision.js";
import { Desk } from "./desk.js";
import { hold, holdOf } from "./desk-hold.js";
import { area, fault, follow, keep, key, tried } from "./desk-page.js";
import { h, setAttribute, setText } from "./dom.js";
import { form } from "./referee-form.js";
import { raceKeys as keysOfRace } from "./referee-keys.js";
import { skaters } from "./referee-skaters.js";
import { steps } from "./referee-steps.js";
import { protests, video } from "./referee-tabs.js";
import { undoable } from "./taking-back.js";
import { Twice } from "./twice.js";
import { bookmarks } from "./video-marks.js";

const find = (selector) => document.querySelector(selector);
const TABS = [
  ["decision", "Decision"],
  ["undo", "Undo"],
  ["protests", "Protests"],
  ["video", "Video"],
];

/** How long the consequences stand before the second tap counts: a double tap announces nothing. */
const READING_MS = 400;

const desk = new Desk();
const twice = new Twice(show);
let draft = decision.blank();
let tab = "decision";
let armed = null;
let asked = null;
let deciding = false;

function choose(changes) {
  draft = { ...draft, ...changes };
  armed = null;
  show();
}

/** Begin, or go on, with somebody else. */
function accuse(competitor) {
  tab = "decision";
  const victim = draft.victim === competitor ? null : draft.victim;
  choose({ competitor, victim, lap: draft.lap ?? (desk.board?.lap || null) });
}

function clear() {
  reset();
  show();
}

function reset() {
  draft = decision.blank();
  armed = null;
}

/** Send one or several commands about this race; `refs` as the desk takes them. */
async function act(commands, refs = {}) {
  const list = [commands].flat().map((command) => ({ ...command, race: desk.race }));
  const receipts = await tried(() => desk.act(list, { refs }));
  if (receipts === null) fault("No network: it is kept here and sent as soon as there is one.");
  show();
  return receipts;
}

// --- left: what the race needs ----------------------------------------------------------------

function raceKeys() {
  keysOfRace(find(".referee-keys"), desk, {
    draft,
    armed,
    act,
    bookmark,
    arm(name) {
      armed = name && { name };
      show();
      if (name) release(armed);
    },
  });
}

/** Mark this instant for the video, with the words that stand in the field. */
function bookmark() {
  const words = find(".mark-words input");
  const label = words.value.trim();
  words.value = "";
  const lap = desk.board?.state === "LIVE" ? desk.board.lap : null;
  act({ type: "BookmarkVideo", label, ...(lap ? { lap } : {}) });
}

function marks() {
  return bookmarks(desk.race, desk.result?.bookmarks, desk.outbox.entries);
}

function mayMark() {
  return may(desk.who, "referee", "chief-referee", "photo-finish");
}

// --- middle -----------------------------------------------------------------------------------

function tabs() {
  area(find(".tabs"), [tab, marks().length], () =>
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
        name === "video" && marks().length ? `${label} ${marks().length}` : label,
      ),
    ),
  );
  for (const panel of document.querySelectorAll(".referee-tab")) {
    panel.hidden = panel.dataset.tab !== tab;
  }
}

// --- right: consequences, then the decision ---------------------------------------------------

function pending() {
  const waiting = desk.result?.pending ?? [];
  area(find(".pending"), [waiting, desk.race], () =>
    waiting.length === 0
      ? []
      : [
          h("h2", null, `Under embargo: ${waiting.length}`),
          h(
            "ul",
            { class: "pending-list" },
            waiting.map((each) =>
              h(
                "li",
                { "data-version": each.version },
                h(
                  "b",
                  null,
                  `${each.in_force ? "" : "Withdrawn: "}${each.kind} ${desk.name(each.competitor)}`,
                ),
                h("span", { class: "soft" }, ` ${each.infringement || each.reason}`),
                each.in_force
                  ? key("Undo…", {
                      onclick: () => {
                        tab = "undo";
                        show();
                        find("undo-list").choose(`decision-${each.version}`);
                      },
                    })
                  : null,
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
    return {
      title: "The public will see, in one step",
      question: decision.announcing(result, armed.command),
    };
  }
  if (decision.complete(draft)) {
    return {
      title: `If ${draft.sanction} ${desk.name(draft.competitor)}`,
      question: decision.deciding(result, facts, draft),
    };
  }
  const end = decision.settling(result, facts);
  if (end.length === 0) return null;
  if (result.official) {
    if ((result.pending ?? []).length === 0) return null;
    return { title: "If corrected now", question: { races: [{ race: result.race, add: end }] } };
  }
  return { title: "If made official now", question: { races: [{ race: result.race, add: end }] } };
}

function waiting(list, asked) {
  setAttribute(list, "data-asking", asked);
  list.setAttribute("aria-busy", String(asked));
}

async function consequences() {
  // What is on its way is decided: asked again of what it led to, it would be refused.
  if (deciding || desk.acting) return;
  const list = find("consequence-list");
  const about = matter();
  const title = about?.title ?? "Consequences";
  // What was said about something else is not left standing below a new title.
  if (find(".so-head").textContent !== title) list.show("Asking…");
  setText(find(".so-head"), title);
  const now = about
    ? JSON.stringify([title, about.question, desk.result.version, desk.facts.length])
    : "";
  if (now === asked) return;
  asked = now;
  waiting(list, Boolean(about));
  if (!about) {
    list.show(
      "Tap a skater, then what they did and where. Nothing is sent before you have seen what it changes.",
    );
    return;
  }
  try {
    const rows = await desk.suppose(about.question);
    if (asked === now) list.show(rows, { name: called });
  } catch (error) {
    if (asked !== now) return;
    list.show(`Not known: ${error.detail ?? "the server does not answer."}`);
    asked = null;
  }
  if (asked !== null && asked !== now) return;
  waiting(list, false);
  if (armed?.command && !armed.ready) release(armed);
}

/** Let the second tap count once what it leads to can have been read. */
function release(held) {
  setTimeout(() => {
    if (armed !== held) return;
    armed = { ...held, ready: true };
    raceKeys();
    actions();
  }, READING_MS);
}

function suggestion() {
  const found = decision.escalation(draft, {
    decisions: desk.result?.decisions ?? [],
    shown: decision.cards(desk.journal),
    ruleset: desk.ruleset,
  });
  const waiting = desk.proposals.filter(
    (each) => each.competitor && each.race === desk.race && each.kind !== "withdrawal",
  );
  const line = find(".suggested");
  line.hidden = !found && waiting.length === 0;
  area(line, [found, waiting], () =>
    [
      found
        ? [
            `${found.text}. `,
            key(`Show ${found.step}`, { onclick: () => choose({ sanction: found.step }) }),
          ]
        : null,
      waiting.map((each) => [
        `${desk.name(each.competitor)}: ${each.rule}. `,
        key(`Show ${each.kind}`, {
          onclick: () =>
            choose({ competitor: each.competitor, sanction: each.kind, reason: each.rule }),
        }),
      ]),
    ].flat(2),
  );
}

function actions() {
  const { result } = desk;
  const referee = may(desk.who, "referee", "chief-referee");
  const chief = may(desk.who, "chief-referee");
  const over = result ? decision.ended(result, desk.facts) : false;
  const waiting = (result?.pending ?? []).length;
  const ready = decision.complete(draft) && referee;
  const held = Boolean(holdOf(desk));
  area(
    find(".actions"),
    [
      ready,
      waiting,
      over,
      result?.official,
      referee,
      chief,
      held,
      armed,
      draft.sanction,
      draft.competitor,
    ],
    () => {
      if (armed?.command) {
        return [
          key(armed.label, {
            kind: "danger",
            "data-step": "two",
            disabled: !armed.ready,
            onclick: confirm,
          }),
          key("Not yet", {
            onclick: () => {
              armed = null;
              show();
            },
          }),
        ];
      }
      if (ready) {
        return [
          key(`Decide: ${draft.sanction} ${desk.name(draft.competitor)}, under embargo`, {
            kind: "primary",
            "data-step": "decide",
            onclick: decide,
          }),
        ];
      }
      if (!result) return [];
      if (waiting && !chief) return [h("p", { class: "soft" }, "The chief referee announces it.")];
      if (result.official) {
        return waiting && chief
          ? [
              arm("Correct the result…", "Announce: correct the official result", {
                type: "CorrectResult",
                race: desk.race,
                reason: "Decision of the referee",
              }),
            ]
          : [];
      }
      return [
        waiting && held ? h("p", { class: "soft" }, "What nobody can see is not announced: release the public board first.") : null,
        waiting && chief && !held
          ? arm("Announce…", "Announce now", { type: "AnnounceDecisions", race: desk.race })
          : null,
        over && chief
          ? arm(
              waiting ? "Announce and make official…" : "Make official…",
              waiting ? "Announce, and make official" : "Make official now",
              { type: "DeclareResultOfficial", race: desk.race, announce: true },
            )
          : null,
      ];
    },
  );
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
  if (!armed?.ready) return;
  const { command } = armed;
  armed = null;
  actions();
  await act(command);
}

/** Send the draft once, however often it is tapped. */
async function decide() {
  if (deciding) return;
  deciding = true;
  const chosen = draft;
  // An advancement names the penalty that explains it, also where both wait for the network.
  const receipts = await act(decision.commands(desk.race, chosen, { embargo: true }), {
    1: { cause: 0 },
  });
  deciding = false;
  // Refused, the draft stays; kept without a network, it is decided.
  if (receipts === undefined) return;
  reset();
  show();
}

function undo() {
  find("undo-list").show(
    desk.result ? undoable(desk.result, desk.facts, (id) => desk.name(id)) : [],
  );
}

function show() {
  if (!desk.who) return;
  skaters(find(".skaters"), desk, draft, accuse);
  raceKeys();
  tabs();
  find("infringement-grid").show(desk.ruleset?.infringements ?? [], {
    relay: Boolean(desk.board?.relay),
  });
  find("infringement-grid").chosen = draft.reason;
  form(desk, draft, { choose, clear });
  undo();
  protests(find("protest-list"), desk, act);
  video(find('[data-tab="video"]'), marks(), {
    mayMark: mayMark(),
    mark: bookmark,
    twice,
    remove: (target) => act({ type: "RetractFact", target, reason: "Bookmark removed" }),
  });
  pending();
  steps(find(".steps"), desk);
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
  ask: (entry) => desk.undoing(entry),
  take: (command) => desk.act([command]),
  name: called,
});
find(".desk-race").addEventListener("change", reset);
follow(desk, { show });
hold(desk);
await desk.start();
setAttribute(document.body, "data-ready", true);
show();
await keep();
