/** Start, photo finish and timekeeper: each part for those whose it is. */

import "../elements/define-officials.js";
import { may } from "./api.js";
import { clock } from "./clock.js";
import * as decision from "./decision.js";
import { Desk } from "./desk.js";
import { hold, holdOf, holdOrRelease, mayHold } from "./desk-hold.js";
import { area, fault, follow, keep, key, tried } from "./desk-page.js";
import { h, setAttribute, setText } from "./dom.js";
import { groupsOf, readOrder } from "./finish.js";
import { StartPart } from "./start-part.js";
import { undoable } from "./taking-back.js";
import { TimesPart } from "./times-part.js";
import { Twice } from "./twice.js";

const find = (selector) => document.querySelector(selector);
const part = (name) => find(`[data-part="${name}"]`);
const PARTS = {
  start: ["starter", "referee", "chief-referee"],
  photo: ["photo-finish", "chief-referee"],
  hand: ["timekeeper"],
};

/** Competitors of whom order and times fit on one screen. */
const MOST_BOTH = 5;
const desk = new Desk();
const start = new StartPart(part("start"), desk, act);
const photo = new TimesPart(part("photo"), desk, { source: "photo", act });
const hand = new TimesPart(part("hand"), desk, { source: "hand", act });
const twice = new Twice(show);
let order = null;
let attempt = null;
let undoing = false;
let view = "order";

/** Send commands about this race at an instant; null when they wait, undefined when refused. */
async function act(commands, at = clock.now()) {
  const list = [commands].flat().map((command) => ({ ...command, race: desk.race }));
  const receipts = await tried(() => desk.act(list, { occurredAt: at }));
  if (receipts === null) fault("No network: it is kept here and sent as soon as there is one.");
  show();
  return receipts;
}

/** Return the order as it is recorded, until somebody moves it here. */
function recorded() {
  const last = desk.facts.findLast(
    (fact) => fact.type === "FinishOrderRecorded" && fact.data.attempt === desk.result.attempt,
  );
  const gone = desk.facts.some(
    (fact) => fact.type === "FactRetracted" && fact.data.target === last?.version,
  );
  return last && !gone ? last.data.groups : null;
}

function groups() {
  return order ?? recorded() ?? groupsOf(desk.result.rows);
}

function photoFinish() {
  const rows = [...desk.result.rows].sort((a, b) => a.start_position - b.start_position);
  find("finish-order").show(rows, groups());
  const held = JSON.stringify(recorded());
  const now = JSON.stringify(groups());
  area(find(".order-keys"), [held, now, desk.result.state], () => [
    key(held === now ? "The order is recorded" : "Record this order", {
      kind: held === now || groups().length === 0 ? "" : "primary",
      disabled: held === now || groups().length === 0,
      "data-do": "order",
      onclick: async () => {
        if (await act({ type: "RecordFinishOrder", groups: groups() })) order = null;
        show();
      },
    }),
    order
      ? key("As recorded", {
          onclick: () => {
            order = null;
            show();
          },
        })
      : null,
  ]);
}

/** Order and times one at a time, where a screen cannot hold both. */
function views() {
  setAttribute(part("photo"), "data-many", desk.result.rows.length > MOST_BOTH);
  setAttribute(part("photo"), "data-view", view);
  area(find('[data-part="photo"] .tabs'), view, () =>
    ["order", "times"].map((name) =>
      h(
        "button",
        {
          class: "tab",
          type: "button",
          "aria-pressed": String(view === name),
          onclick: () => {
            view = name;
            show();
          },
        },
        name === "order" ? "Order" : "Times",
      ),
    ),
  );
}

/** The end of the race, which takes two taps; once it is on its way it is not asked again. */
function ending() {
  if (desk.waiting("EndRace")) {
    return [key("End of the race: unsent", { "data-do": "end", disabled: true })];
  }
  const over = decision.ended(desk.result, desk.facts);
  const started = !["SCHEDULED", "START_LIST"].includes(desk.own.state);
  if (over || !started) return [];
  return [
    twice.key("end", {
      label: "End of the race…",
      sure: "Tap again: the race is over",
      act: () => act({ type: "EndRace" }),
    }),
  ];
}

/** Drop what was prepared for another race, or another attempt. */
function forget() {
  order = null;
  twice.forget();
  find(".digits input").value = "";
  start.forget();
  photo.forget();
  hand.forget();
}

/** The key that holds the public board; the band that says so has the one that releases it. */
function holdKey() {
  const button = find(".desk-holds");
  button.hidden = !mayHold(desk.who) || Boolean(holdOf(desk)) || Boolean(desk.result.official);
}

function show() {
  if (!desk.result) return;
  holdKey();
  if (desk.result.attempt !== attempt) forget();
  attempt = desk.result.attempt;
  for (const [name, roles] of Object.entries(PARTS)) {
    part(name).hidden = undoing || !may(desk.who, ...roles);
  }
  part("undo").hidden = !undoing;
  setAttribute(find(".undo-open"), "aria-pressed", String(undoing));
  find("undo-list").show(undoable(desk.result, desk.facts, (id) => desk.name(id)));
  const shown = Object.keys(PARTS).filter((name) => !part(name).hidden);
  setAttribute(find(".finish-grid"), "data-shown", undoing ? "undo" : shown.join(" "));
  start.show();
  views();
  photoFinish();
  const keyed = [twice.state, Boolean(desk.waiting("EndRace"))];
  photo.show(groups(), ending(), keyed);
  hand.show(groups(), ending(), keyed);
  setAttribute(document.body, "data-ready", true);
}

find(".digits input").addEventListener("input", ({ currentTarget }) => {
  const { groups: read, unknown, twice } = readOrder(currentTarget.value, desk.result.rows);
  const said = [
    ...unknown.map((digits) => `${digits} is nobody here`),
    ...twice.map((digits) => `${digits} stands twice`),
  ];
  setText(find(".digits-said"), said.join(", "));
  if (read.length > 0 && unknown.length === 0 && twice.length === 0) {
    order = read;
    show();
  }
});
find("finish-order").addEventListener("order", ({ detail }) => {
  // Digits that no longer say the order do not stand above it.
  find(".digits input").value = "";
  order = detail;
  show();
});
find(".desk-holds").addEventListener("click", () => holdOrRelease(desk, { only: "hold" }));
find(".undo-open").addEventListener("click", () => {
  undoing = !undoing;
  show();
});
find("undo-list").connect({
  ask: (entry) => desk.undoing(entry),
  take: (command) => desk.act([command]),
  name: (row) =>
    desk.result.rows.some((each) => each.id === row.id) ? desk.name(row.id) : row.name,
});
find(".desk-race").addEventListener("change", forget);
// Physical keys, wherever they are printed; never a bare space, which presses what has the focus.
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select") || event.repeat || event.ctrlKey || event.metaKey)
    return;
  if (event.code === "KeyH" && !event.shiftKey) {
    event.preventDefault();
    holdOrRelease(desk);
  }
  if (event.code === "KeyS" && !part("start").hidden) {
    event.preventDefault();
    if (event.shiftKey) start.recall();
    else start.gun();
  }
});
hold(desk);
follow(desk, { show });
await desk.start();
show();
await keep();
