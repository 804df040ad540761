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
let painted = 0;

/** Show the state in the address, so that a moment can be sent to somebody. */
function keep() {
  const query = new URLSearchParams({ race, mode: state.mode });
  if (state.at) query.set("at", state.at);
  if (state.mode === "two" && state.other) query.set("other", state.other);
  history.replaceState(null, "", `?${query}`);
}

/** Read the race as it stood; what is returned shows it. */
async function boardAt(stage, position) {
  const board = await read(`races/${race}/board`, { as_of: position });
  return () => {
    find(`${stage} race-board`).board = asFeed({ ...board, as_of: String(position) });
    if (stage !== ".stage-one") return;
    setText(find(".moments-race"), board.name);
    setText(find(".moments-round"), board.round);
    document.title = `${board.name} ${board.round} · Time machine · Bell Lap`;
  };
}

/** Show the moments that are chosen, whole: an answer that comes late never covers a later one. */
async function show() {
  const turn = ++asked;
  const { mode, at, other } = state;
  keep();
  for (const button of document.querySelectorAll("[data-mode]")) {
    setAttribute(button, "aria-pressed", String(button.dataset.mode === mode));
  }
  const two = mode === "two";
  find(".scrub-two").hidden = !two;
  find(".stage-two").hidden = !two;
  find(".supposing").hidden = mode !== "what-if";
  find(".differences").hidden = mode === "one" || (mode === "what-if" && !supposed);
  find(".tables").hidden = mode !== "one";
  setAttribute(find(".stages"), "data-mode", mode);
  const reads = [boardAt(".stage-one", at)];
  if (two) reads.push(boardAt(".stage-two", other), changes(at, other));
  if (mode === "one") reads.push(tables(at));
  try {
    const shown = await Promise.all(reads);
    if (turn < painted || mode !== state.mode) return;
    painted = turn;
    for (const paint of shown) paint();
    if (turn === asked) say("");
  } catch (error) {
    if (turn === asked) say(error.message);
  }
}

async function changes(...moments) {
  const [from, to] = moments.map(Number).sort((a, b) => a - b);
  const found = await read(`races/${race}/changes`, { from, to });
  return () => {
    setText(find(".differences-title"), `From position ${from} to ${to}`);
    find("difference-list").show(found.rows, "These two moments show the same.");
  };
}

async function tables(as_of) {
  const [classification, medals] = await Promise.all([
    read(`distances/${competition}/${distance}/classification`, { as_of }),
    read(`competitions/${competition}/medals`, { as_of }),
  ]);
  const { series, gender } = classification;
  const table = gender === "women" ? "women" : "men";
  const standings = series ? await read(`series/${series}/standings`, { as_of, table }) : null;
  return () => {
    list(".at-classification", classification.rows, (row) => [
      row.rank ?? row.status ?? "–",
      row.noc,
      row.name,
      row.medal ?? "",
      row.points ?? "",
    ], classification.official ? "" : "Not official at this moment.");
    list(".at-medals", medals.rows, (row) => [row.rank, row.noc, row.name, row.gold, row.silver, row.bronze],
      medals.rows.length ? "" : "No medal had been given.");
    if (!standings) return;
    list(".at-standings", standings.rows.slice(0, 12), (row) => [row.rank, row.noc, row.name, row.points], "");
  };
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
  const turn = ++asked;
  try {
    const found = await ask("what-if", { races: [{ race, drop }], ruleset });
    if (turn < painted || state.mode !== "what-if") return;
    painted = turn;
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
