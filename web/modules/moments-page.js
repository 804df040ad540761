/** The time machine: a race at any moment, two moments side by side, and what would have been. */

import "../elements/define.js";
import { linkTo } from "./address.js";
import { may, me, request } from "./api.js";
import { ask, read } from "./api-read.js";
import { asFeed, headline } from "./changes.js";
import { h, setAttribute, setText } from "./dom.js";
import { dayOf, instantOf, zone } from "./instants.js";
import { spelledName } from "./spelled-name.js";
import { translate, translated, word } from "./words.js";

const SEE_EMBARGO = ["referee", "chief-referee", "secretary", "photo-finish"];
const HOUR = /^\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?$/;
const find = (selector) => document.querySelector(selector);
translate(document);
document.title = `${word("timeMachine")} · Bell Lap`;
setText(find(".go-to-help"), word("goToHelp", { example: "16:31:07", zone: zone(Date.now()) }));
find(".scrub-one").setAttribute("label", word("moment"));
find(".scrub-two").setAttribute("label", word("otherMoment"));
const given = new URLSearchParams(location.search);
const race = given.get("race") ?? "";
const [competition, distance] = race.split("/");
const state = {
  mode: given.get("mode") ?? "one",
  at: given.get("at"),
  other: given.get("other"),
  view: given.get("view") === "official" ? "official" : "public",
};
let asked = 0;
let painted = 0;
/** What the leader of the overall standings is given, as the ruleset of the competition has it. */
let title = "";
/** The day of the race, for those who name a time of it. */
let day = "";

/** Show the state in the address, so that a moment can be sent to somebody. */
function keep() {
  const { mode, at, other, view } = state;
  const two = mode === "two" ? other : null;
  const official = view === "official" ? view : null;
  history.replaceState(null, "", linkTo(location.pathname, { race, mode, at, other: two, view: official }));
}

/** Read the board as the public or the officials saw it; for theirs it takes their token. */
async function seen(position) {
  if (state.view === "public") return read(`races/${race}/board`, { as_of: position });
  return request(`/api/v1/races/${race}/board?view=official&as_of=${position}`);
}

/** Read the race as it stood; what is returned shows it. */
async function boardAt(stage, position) {
  const board = await seen(position);
  return () => {
    find(`${stage} race-board`).board = asFeed({ ...board, as_of: String(position) });
    if (stage !== ".stage-one") {
      // Two boards on one page: whoever hears it must know which one a part belongs to.
      for (const part of document.querySelectorAll(`${stage} section[aria-label]:not([data-other])`)) {
        part.setAttribute("aria-label", `${part.getAttribute("aria-label")} · ${word("otherMoment")}`);
        part.setAttribute("data-other", "");
      }
      return;
    }
    const [name, round] = [translated(board.name), translated(board.round)];
    setText(find(".moments-race"), name);
    setText(find(".moments-round"), round);
    document.title = `${name} ${round} · ${word("timeMachine")} · Bell Lap`;
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
  find(".headline").hidden = true;
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
  const found = await read(`races/${race}/changes`, { from, to, settled: true });
  return () => {
    setText(find(".differences-title"), word("fromTo", { from, to }));
    find("difference-list").show(found.rows, word("sameShown"));
    const told = headline(found.settled ?? [], { title });
    find(".headline").hidden = told.length === 0;
    find(".headline-list").replaceChildren(...told.map((each) => h("li", {}, each)));
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
      spelledName(row),
      row.medal ? word(row.medal) : "",
      row.points ?? "",
    ], classification.official ? "" : word("notOfficialThen"));
    list(".at-medals", medals.rows, (row) => [row.rank, row.noc, row.name, row.gold, row.silver, row.bronze],
      medals.rows.length ? "" : word("noMedalThen"));
    if (!standings) return;
    list(".at-standings", standings.rows.slice(0, 12), (row) => [row.rank, row.noc, spelledName(row), row.points], "");
  };
}

function list(selector, rows, cells, note) {
  find(selector).replaceChildren(
    ...(note ? [h("p", { class: "at-note" }, note)] : []),
    h(
      "table",
      {},
      h("tbody", {}, ...rows.map((row) => h("tr", {}, ...cells(row).map((cell) => h("td", {}, cell))))),
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
  const ruleset = form.elements.ruleset.value || null;
  const turn = ++asked;
  try {
    const found = await ask("what-if", { races: [find("suppose-form").supposed(race)], ruleset });
    if (turn < painted || state.mode !== "what-if") return;
    painted = turn;
    supposed = true;
    find(".differences").hidden = false;
    setText(find(".differences-title"), word("wouldHaveBeen"));
    find("difference-list").show(found.rows, word("nothingWould"));
    say("");
  } catch (error) {
    say(error.message);
  }
}

async function start() {
  if (!race) {
    say(word("nameARace", { example: "?race=dresden-2024/men-500/final-a" }));
    return;
  }
  let moments;
  let starters;
  try {
    [moments, starters] = await Promise.all([
      read(`races/${race}/moments`),
      read(`races/${race}/start-list`).catch(() => ({ rows: [] })),
    ]);
  } catch (error) {
    say(error.message);
    return;
  }
  const ticks = moments.rows;
  const one = find(".scrub-one");
  const two = find(".scrub-two");
  one.ticks = ticks;
  two.ticks = ticks;
  find("suppose-form").offer(ticks, starters.rows);
  const last = ticks.at(-1)?.position ?? moments.position;
  const review = ticks.find((tick) => tick.kind === "review")?.position ?? ticks[0]?.position;
  state.at = await place(state.at, state.mode === "two" ? review : last);
  state.other = await place(state.other, last);
  const raced = ticks.at(-1)?.recorded_at ?? new Date().toISOString();
  day = dayOf(raced);
  setText(find(".go-to-help"), word("goToHelp", { example: "16:31:07", zone: zone(raced) }));
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
  find(".link-decisions").href = linkTo("decisions", { competition });
  find(".link-home").href = linkTo(".");
  find(".go-to").addEventListener("submit", goTo);
  const [{ overall }] = await Promise.all([read(`competitions/${competition}/ruleset`).catch(() => ({})), views()]);
  title = overall?.title ?? "";
  await show();
}

/** Let those choose whose eyes to see with who have been here as officials; the server decides. */
async function views() {
  const known = state.view === "official" || localStorage.getItem("bell-lap.identity");
  const who = known ? await me().catch(() => null) : null;
  const choice = find(".who-sees");
  choice.hidden = !who || !may(who, ...SEE_EMBARGO);
  if (choice.hidden) state.view = "public";
  const select = find(".who-sees select");
  select.value = state.view;
  select.addEventListener("change", () => {
    state.view = select.value;
    show();
  });
}

/** Show the moment that was typed: a position, a time of the race's day, or any moment by name. */
async function goTo(event) {
  event.preventDefault();
  // What the scrubber says can be typed as it stands there, with its zone.
  const text = event.target.elements.when.value.trim().replace(/^(\d[\d:.]*) \D.*$/, "$1");
  if (!text) return;
  try {
    state.at = await place(HOUR.test(text) ? instantOf(day, text) : text, null);
  } catch (error) {
    say(error.message);
    return;
  }
  find(".scrub-one").position = Number(state.at);
  show();
}

/** Return the position that a moment of the address means, or another where there is none. */
async function place(moment, otherwise) {
  if (!moment) return String(otherwise);
  if (/^\d+$/.test(moment)) return moment;
  return String((await read("competitions", { as_of: moment })).position);
}

start();
