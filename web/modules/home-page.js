/** The home page: what is on the ice, the programme, medals, standings. */

import "../elements/define.js";
import { clock } from "./clock.js";
import { wait } from "./competition.js";
import { setAttribute, setText } from "./dom.js";
import { Feed } from "./feed.js";
import { days, lapSentence } from "./format.js";
import { Moments } from "./moments.js";
import { Names } from "./names.js";
import { Summary } from "./summary.js";
import { translate, translated, word } from "./words.js";

translate(document);

const find = (selector) => document.querySelector(selector);
const competition = await wait(new URLSearchParams(location.search).get("competition"));
const id = competition.id;
const topics = [`programme/${id}`, `medals/${id}`, `current/${id}`];
if (competition.series) topics.push(`standings/${competition.series}`);

const shows = {
  programme(data) {
    programme = data;
    find("programme-list").programme = names.programme(data);
    if (!data.name) return; // a moment before there was a competition
    setText(find(".home-title"), data.name);
    const city = [data.city, data.country].filter(Boolean).join(", ");
    setText(find(".home-place"), `${city} · ${days(data.starts_on, data.ends_on)}`);
  },
  medals(data) {
    medals = data;
    find("medal-table").medals = names.medals(data);
  },
  standings(data) {
    setText(find(".standings-name"), data.name ?? word("standings"));
    find("standings-table").standings = data;
  },
  current(data) {
    const moments = find(".home-moments");
    moments.hidden = !data.race;
    moments.href = `moments?race=${encodeURIComponent(data.race ?? "")}`;
    const card = find(".home-current");
    card.hidden = !data.race;
    if (!data.race) return;
    setAttribute(card, "data-state", data.state);
    setText(find(".current-name"), translated(data.name));
    setText(find(".current-round"), translated(data.round));
    setText(find(".current-laps"), data.state === "LIVE" ? lapSentence(data) : "");
    find(".home-current state-chip").state = data.state;
    find(".home-current hold-mark").board = data;
    held = data;
    const sentence = summary.of(data);
    if (sentence) setText(find(".home-voice"), sentence);
    find(".home-current race-order").board = names.dress(data);
  },
};
let held = null;
let programme = null;
let medals = null;
const summary = new Summary();
const names = new Names(id, () => {
  if (programme) find("programme-list").programme = names.programme(programme);
  if (medals) find("medal-table").medals = names.medals(medals);
  if (held) find(".home-current race-order").board = names.dress(held);
});

const moments = new Moments(find("moment-bar"), {
  topics: () => topics,
  path: () => `competitions/${id}/moments`,
  show: (topic, data) => shows[topic.split("/", 1)[0]]?.(data),
});
const feed = new Feed(Feed.here(), topics);
feed.addEventListener("document", ({ detail }) => moments.take(detail.topic, detail.data));
feed.addEventListener("status", ({ detail }) => {
  find("connection-light").status = detail;
  setAttribute(document.body, "data-stale", detail.stale);
});
feed.addEventListener("time", ({ detail }) => clock.correct(detail.offset));
moments.start();
feed.start();
