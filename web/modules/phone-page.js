/** The phone page: the race on the ice, the programme, rounds, medals and standings. */

import "../elements/define.js";
import { clock } from "./clock.js";
import { wait } from "./competition.js";
import { setAttribute, setText } from "./dom.js";
import { Feed } from "./feed.js";
import { hour } from "./format.js";
import { Moments } from "./moments.js";
import { Names } from "./names.js";
import { translate, translated, word } from "./words.js";

const VIEWS = ["now", "programme", "rounds", "medals", "standings"];
const find = (selector) => document.querySelector(selector);

translate(document);
find("programme-list").link = (id) => `#race/${id}`;
const competition = await wait(new URLSearchParams(location.search).get("competition"));
const id = competition.id;
const current = `current/${id}`;
let shown = current;

/** Return the race that the address asks for, or null for whichever is current. */
function asked() {
  return /^#race\/(.+)$/.exec(decodeURIComponent(location.hash))?.[1] ?? null;
}

function topics() {
  const all = [`programme/${id}`, `medals/${id}`, current];
  if (competition.series) all.push(`standings/${competition.series}`);
  if (shown !== current) all.push(shown);
  return all;
}

const boards = new Map();
const names = new Names(id, () => {
  showRace();
  if (programme) find("programme-list").programme = names.programme(programme);
  if (medals) find("medal-table").medals = names.medals(medals);
});
let programme = null;
let medals = null;
const shows = {
  programme(data, as_of) {
    if (data.name) setText(find(".phone-title"), data.name);
    programme = data;
    find("programme-list").programme = names.programme(data);
    find("distance-rounds").as_of = as_of;
    find("distance-rounds").programme = data;
    showNext(data);
  },
  medals(data) {
    medals = data;
    find("medal-table").medals = names.medals(data);
  },
  standings(data) {
    setText(find(".standings-name"), data.name ?? word("standings"));
    find("standings-table").standings = data;
    find("projected-standings").standings = data;
  },
};

function showNext(data) {
  const race = data.entries[data.next];
  const card = find(".next-race");
  card.hidden = !race;
  if (!race) return;
  setAttribute(card, "href", `#race/${data.next}`);
  setText(find(".next-name"), `${translated(race.name)} · ${translated(race.round)}`);
  setText(find(".next-hour"), hour(race.scheduled_at));
  setAttribute(find(".next-hour"), "datetime", race.scheduled_at);
}

/** Show the race that is followed, as far as it is known. */
function showRace() {
  const board = boards.get(shown);
  find("race-sheet").hidden = !board?.race;
  if (board?.race) find("race-sheet").board = names.dress(board);
  find("projected-standings").board = board?.race ? board : null;
}

/** Bring up the view that the address names. */
function route() {
  const race = asked();
  const view = race ? "now" : (VIEWS.find((name) => location.hash === `#${name}`) ?? "now");
  for (const name of VIEWS) find(`#view-${name}`).hidden = name !== view;
  for (const link of document.querySelectorAll(".phone-nav a")) {
    const here = !race && link.hash === `#${view}`;
    setAttribute(link, "aria-current", here ? "page" : null);
  }
  const wanted = race ? `race/${race}` : current;
  if (wanted !== shown) {
    shown = wanted;
    feed.follow(topics());
  }
  showRace();
  moments.refresh();
  if (view === "rounds") find("distance-rounds").refresh();
  scrollTo(0, 0);
}

function show(topic, data, as_of) {
  const kind = topic.split("/", 1)[0];
  if (kind === "current" || kind === "race") {
    boards.set(topic, data);
    if (topic === shown) showRace();
  } else shows[kind]?.(data, as_of);
}

/**
 * Return whose moments are marked: those of the race that is shown; beside the standings what was
 * decided in the whole series; else what was decided in the competition.
 */
function path() {
  const race = !find("#view-now").hidden && (asked() ?? boards.get(shown)?.race);
  if (!find("#view-standings").hidden && competition.series) return `series/${competition.series}/moments`;
  return race ? `races/${race}/moments` : `competitions/${id}/moments`;
}

function pin() {
  const board = boards.get(shown);
  if (asked() || find("#view-now").hidden || !board?.race) return;
  boards.set(`race/${board.race}`, board);
  history.replaceState(history.state, "", `#race/${board.race}`);
  route();
}

const moments = new Moments(find("moment-bar"), { topics, path, show, pin });
const feed = new Feed(Feed.here(), topics());
feed.addEventListener("document", ({ detail }) => moments.take(detail.topic, detail.data));
feed.addEventListener("status", ({ detail }) => {
  find("connection-light").status = detail;
  setAttribute(document.body, "data-stale", detail.stale);
});
feed.addEventListener("time", ({ detail }) => clock.correct(detail.offset));
addEventListener("hashchange", route);
route();
moments.start();
feed.start();
