/** The announcer's view: who is who, milestones, head to head, and who comes next. */

import "../elements/define.js";
import { clock } from "./clock.js";
import { wait } from "./competition.js";
import { h, setAttribute, setText } from "./dom.js";
import { against, bests, over, places, season, standing } from "./facts.js";
import { lapSentence, time } from "./format.js";
import { Names } from "./names.js";
import { milestones, story } from "./milestones.js";
import { openFeed } from "./open-feed.js";
import { rows } from "./race-state.js";
import { spelledName } from "./spelled-name.js";
import { titled } from "./title.js";
import { translate, translated, word } from "./words.js";

const TOLD_LIMIT = 60;
const find = (selector) => document.querySelector(selector);
const known = { programme: null, standings: null, board: null, results: new Map(), best: [] };
const cards = new Map();
/** The position that all is read as of, where the address asks for a moment. */
let moment = null;

translate(document);
const asked = new URLSearchParams(location.search);
const competition = await wait(asked.get("competition"));
const id = competition.id;

const shows = {
  programme(data) {
    known.programme = data;
    read();
    showNext();
  },
  standings(data) {
    known.standings = data;
  },
  current(data) {
    if (!data.race) return;
    const same = known.board?.race === data.race && known.board.attempt === data.attempt;
    if (!same) find(".told").replaceChildren();
    tell(same ? milestones(known.board, data) : story(data));
    known.board = data;
  },
};

/** Return a document of the moment that is shown, or null. */
async function fetched(path) {
  const when = moment === null ? "" : `?as_of=${moment}`;
  const headers = { Accept: "application/json" };
  const response = await fetch(`/api/v1/${path}${when}`, { headers }).catch(() => null);
  return response?.ok ? response.json() : null;
}

/** Read the results of the races that are over; each once for every state. */
async function read() {
  const wanted = over(known.programme).filter((race) => known.results.get(race.id)?.state !== race.state);
  await Promise.all(
    wanted.map(async (race) => {
      const result = await fetched(`races/${race.id}/board`);
      if (result) known.results.set(race.id, result);
    }),
  );
  const best = await fetched(`competitions/${id}/best-times`);
  if (best) known.best = best.rows;
  show();
}

function show() {
  if (!known.board) return;
  const board = names.dress(known.board);
  setText(find(".desk-name"), translated(board.name));
  setText(find(".desk-round"), translated(board.round));
  find(".desk-head state-chip").state = board.state;
  find("race-clock").board = board;
  find("hold-mark").board = board;
  setText(find(".desk-laps"), board.state === "LIVE" ? lapSentence(board) : "");
  setAttribute(find(".desk-laps"), "data-bell", board.state === "LIVE" && board.laps_to_go === 1);
  const others = [...known.results.values()].filter((each) => each.race !== board.race);
  const records = standing(known.best, board).map((each) => `${each.best} ${time(each.time_ms)} ${each.name}`);
  setText(find(".desk-records"), records.join(" · "));
  showCards(board, others);
  showAgainst(board, others);
  const title = `${lapSentence(board)} · ${translated(board.name)} ${translated(board.round)}`;
  document.title = titled(title, moment !== null);
}

function showCards(board, others) {
  const list = find(".cards");
  const all = rows(board);
  for (const [key, item] of cards) {
    if (!all.some((row) => row.id === key)) {
      item.remove();
      cards.delete(key);
    }
  }
  all.forEach((row, i) => {
    const item = cards.get(row.id) ?? h("li", { class: "card", "data-competitor": row.id }, document.createElement("skater-card"));
    cards.set(row.id, item);
    if (list.children[i] !== item) list.insertBefore(item, list.children[i] ?? null);
    item.firstChild.show(row, board, {
      nation: row.nation,
      season: season(known.standings, board, row),
      bests: bests(known.best, board, row),
      places: places(others, row.id),
    });
  });
}

/** A square of everybody against everybody; a relay's teams are too few times together for one. */
function showAgainst(board, others) {
  const all = rows(board).sort((a, b) => a.start_position - b.start_position);
  const met = against(others, all.map((row) => row.id));
  const any = all.some((a) => all.some((b) => met[a.id][b.id] > 0));
  find(".desk-against").hidden = !any;
  const key = JSON.stringify([board.race, met]);
  if (!any || find(".against").dataset.key === key) return;
  find(".against").dataset.key = key;
  const label = (row) => row.family_name || row.name;
  find(".against").replaceChildren(
    h(
      "table",
      { class: "against-table" },
      h("caption", null, word("headToHeadNote")),
      h(
        "thead",
        null,
        h("tr", null, h("td"), ...all.map((row) => h("th", { scope: "col" }, String(row.helmet ?? row.noc)))),
      ),
      h(
        "tbody",
        null,
        ...all.map((a) =>
          h(
            "tr",
            null,
            h("th", { scope: "row" }, `${a.helmet ?? a.noc} ${label(a)}`),
            ...all.map((b) => pair(a, b, met)),
          ),
        ),
      ),
    ),
  );
}

function pair(a, b, met) {
  if (a === b) return h("td", { class: "same" });
  const [won, lost] = [met[a.id][b.id], met[b.id][a.id]];
  if (won + lost === 0) return h("td", { class: "never" }, "·");
  return h("td", { "data-ahead": won > lost }, `${won}–${lost}`);
}

async function showNext() {
  const race = known.programme.entries[known.programme.next];
  find(".desk-next").hidden = !race;
  if (!race) return;
  setText(find(".next-race-name"), `${translated(race.name)} ${translated(race.round)}`);
  const list = await fetched(`races/${known.programme.next}/start-list`);
  if (!list) return;
  find(".next-list").replaceChildren(
    ...list.rows.map((row) =>
      h(
        "li",
        null,
        h("span", { class: "next-start" }, String(row.start_position)),
        h(
          "span",
          null,
          ...spelledName(row),
        ),
        h("span", { class: "card-noc" }, row.noc),
      ),
    ),
  );
}

/** Write milestones down, the latest on top. */
function tell(found) {
  const list = find(".told");
  for (const { kind, text } of found) {
    list.prepend(h("li", { class: "told-line", "data-kind": kind }, text));
  }
  while (list.children.length > TOLD_LIMIT) list.lastChild.remove();
  find(".told-none").hidden = list.children.length > 0;
}

const names = new Names(id, show);
const topics = [`programme/${id}`, `current/${id}`];
if (competition.series) topics.push(`standings/${competition.series}`);
const feed = openFeed(topics, asked, (reason) => setText(find(".desk-name"), reason));
feed.addEventListener("document", ({ detail }) => {
  shows[detail.topic.split("/", 1)[0]]?.(detail.data);
  show();
});
feed.addEventListener("status", ({ detail }) => {
  if (asked.get("at")) moment = detail.position;
  find("connection-light").status = detail;
  setAttribute(document.body, "data-stale", detail.stale);
});
feed.addEventListener("time", ({ detail }) => clock.correct(detail.offset));
feed.start();
