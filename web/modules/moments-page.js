/** The time machine: a race at any moment, two moments side by side, and what would have been. */

import "../elements/define.js";
import { words } from "../elements/time-scrubber.js";
import { ask, read } from "./api-read.js";
import { asFeed } from "./changes.js";
import { h, setAttribute, setText } from "./dom.js";

const find = (selector) => document.querySelector(selector);
const given = new URLSearchParams(location.search);
const race = given.get("race") ?? "";
const [competition, distance] = race.split("/");
const SUPPOSABLE = new Set(["decision", "fall", "finish", "out", "false-start", "correction"]);
const state = {
  mode: given.get("mode") ?? "one",
  at: given.get("at"),
  other: given.get("other"),
};
let asked = 0;

/** Show the state in the address, so that a moment can be sent to somebody. */
function keep() {
  const query = new URLSearchParams({ race, mode: state.mode });
  if (state.at) query.set("at", state.at);
  if (state.mode === "two" && state.other) query.set("other", state.other);
  history.replaceState(null, "", `?${query}`);
}

async function showBoard(stage, position) {
  const board = await read(`races/${race}/board`, { as_of: position });
  find(`${stage} race-board`).board = asFeed({ ...board, as_of: String(position) });
  return board;
}

async function show() {
  const turn = ++asked;
  keep();
  for (const button of document.querySelectorAll("[data-mode]")) {
    setAttribute(button, "aria-pressed", String(button.dataset.mode === state.mode));
  }
  const two = state.mode === "two";
  find(".scrub-two").hidden = !two;
  find(".stage-two").hidden = !two;
  find(".supposing").hidden = state.mode !== "what-if";
  find(".differences").hidden = state.mode === "one" || (state.mode === "what-if" && !supposed);
  find(".tables").hidden = state.mode !== "one";
  setAttribute(find(".stages"), "data-mode", state.mode);
  try {
    const board = await showBoard(".stage-one", state.at);
    if (turn !== asked) return;
    setText(find(".moments-race"), board.name);
    setText(find(".moments-round"), board.round);
    document.title = `${board.name} ${board.round} · Time machine · Bell Lap`;
    if (two) await compare();
    else if (state.mode === "one") await tables();
    if (turn === asked) say("");
  } catch (error) {
    say(error.message);
  }
}

async function compare() {
  await showBoard(".stage-two", state.other);
  const [from, to] = [state.at, state.other].map(Number).sort((a, b) => a - b);
  const found = await read(`races/${race}/changes`, { from, to });
  setText(find(".differences-title"), `From position ${from} to ${to}`);
  find("difference-list").show(found.rows, "These two moments show the same.");
}

async function tables() {
  const as_of = state.at;
  const classification = await read(`distances/${competition}/${distance}/classification`, { as_of });
  list(".at-classification", classification.rows, (row) => [
    row.rank ?? row.status ?? "–",
    row.noc,
    row.name,
    row.medal ?? "",
    row.points ?? "",
  ], classification.official ? "" : "Not official at this moment.");
  const medals = await read(`competitions/${competition}/medals`, { as_of });
  list(".at-medals", medals.rows, (row) => [row.rank, row.noc, row.name, row.gold, row.silver, row.bronze],
    medals.rows.length ? "" : "No medal had been given.");
  if (!classification.series) return;
  const table = classification.gender === "women" ? "women" : "men";
  const standings = await read(`series/${classification.series}/standings`, { as_of, table });
  list(".at-standings", standings.rows.slice(0, 12), (row) => [row.rank, row.noc, row.name, row.points], "");
}

function list(selector, rows, cells, note) {
  find(selector).replaceChildren(
    ...(note ? [h("p", { class: "at-note" }, note)] : []),
    h(
      "table",
      {},
      h("tbody", {}, ...rows.map((row) => h("tr", {}, ...cells(row).map((cell) => h("td", {}, String(cell)))))),
    ),
  );
}

function say(sentence) {
  setText(find(".moments-note"), sentence);
}

let supposed = false;

async function suppose(event) {
  event.preventDefault();
  const form = find(".suppose");
  const drop = [...form.querySelectorAll("input:checked")].map((box) => Number(box.value));
  const ruleset = form.elements.ruleset.value || null;
  try {
    const found = await ask("what-if", { races: [{ race, drop }], ruleset });
    supposed = true;
    find(".differences").hidden = false;
    setText(find(".differences-title"), "What would have been different");
    find("difference-list").show(found.rows, "Nothing would have been different.");
    say("");
  } catch (error) {
    say(error.message);
  }
}

function supposable(ticks) {
  find(".suppose-facts").replaceChildren(
    ...ticks
      .filter((tick) => SUPPOSABLE.has(tick.kind))
      .map((tick) =>
        h(
          "label",
          { class: `suppose-fact kind-${tick.kind}` },
          h("input", { type: "checkbox", value: tick.position }),
          h("span", {}, `${words(tick)}${tick.reason ? `: ${tick.reason}` : ""}`),
        ),
      ),
  );
}

async function start() {
  if (!race) {
    say("Name a race in the address: ?race=dresden-2024/men-500/final-a");
    return;
  }
  let moments;
  try {
    moments = await read(`races/${race}/moments`);
  } catch (error) {
    say(error.message);
    return;
  }
  const ticks = moments.rows;
  const one = find(".scrub-one");
  const two = find(".scrub-two");
  one.ticks = ticks;
  two.ticks = ticks;
  supposable(ticks);
  const last = ticks.at(-1)?.position ?? moments.position;
  const review = ticks.find((tick) => tick.kind === "review")?.position ?? ticks[0]?.position;
  state.at = await place(state.at, state.mode === "two" ? review : last);
  state.other = await place(state.other, last);
  one.position = Number(state.at);
  two.position = Number(state.other);
  one.addEventListener("moment", ({ detail }) => {
    state.at = String(detail);
    show();
  });
  two.addEventListener("moment", ({ detail }) => {
    state.other = String(detail);
    show();
  });
  for (const button of document.querySelectorAll("[data-mode]")) {
    button.addEventListener("click", () => {
      state.mode = button.dataset.mode;
      show();
    });
  }
  find(".suppose").addEventListener("submit", suppose);
  const rulesets = await read("rulesets");
  find("select[name=ruleset]").append(
    ...rulesets.rows.map((each) => h("option", { value: each.id }, each.name)),
  );
  find(".link-decisions").href = `decisions?competition=${competition}`;
  await show();
}

/** Return the position that a moment of the address means, or another where there is none. */
async function place(moment, otherwise) {
  if (!moment) return String(otherwise);
  if (/^\d+$/.test(moment)) return moment;
  return String((await read(`races/${race}/board`, { as_of: moment })).position);
}

start();
