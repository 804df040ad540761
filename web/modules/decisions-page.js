/** The ledger: all decisions of a competition, or one of them in full, now or at any moment. */

import "../elements/define.js";
import { linkTo } from "./address.js";
import { read } from "./api-read.js";
import { reversed } from "./changes.js";
import { called, sentence, spelled } from "./decision-words.js";
import { h, setText } from "./dom.js";
import { time } from "./format.js";
import { exact, stamp } from "./instants.js";
import { showMarks } from "./ledger-marks.js";
import { spelledName } from "./spelled-name.js";
import { titled } from "./title.js";
import { translate, translated, word } from "./words.js";

const find = (selector) => document.querySelector(selector);
const given = new URLSearchParams(location.search);
const at = given.get("at");
translate(document);
document.title = `${word("decisions")} · Bell Lap`;

function say(text) {
  setText(find(".moments-note"), text);
}

/** Return an instant as the reader writes it; what was recorded, to its last digit, is its title. */
function when(instant) {
  return h("time", { datetime: instant, title: exact(instant) }, stamp(instant));
}

/** Return an instant in full: as the reader writes it, and to its last digit, also on paper. */
function evidence(instant) {
  return [when(instant), h("span", { class: "decision-exact" }, exact(instant))];
}

/** Return the address of a race at a position in the time machine. */
function moment(race, position) {
  return linkTo("moments", { race, at: position });
}

/** Return an instant in a long list: its last digit is shown when somebody asks for it, and on paper. */
function askable(instant) {
  const found = document.createElement("exact-instant");
  found.show(instant, stamp(instant));
  return found;
}

/** Return a link to a position of the log, which shows the race as it stood there. */
function position(race, n) {
  return h("a", { class: "decision-position", href: moment(race, n) }, word("positionAt", { n }));
}

/** Return what the races of a competition are called. */
async function racesOf(competition, as_of) {
  const { rows } = await read(`competitions/${competition}`, { as_of });
  return new Map(rows.map((row) => [row.id, `${translated(row.name)} ${translated(row.round)}`]));
}

/** Say, where the ledger is not that of now, as of which position it is, and how to leave. */
function mark(n) {
  document.title = titled(document.title, at);
  if (!at) return;
  document.body.setAttribute("data-past", "");
  const now = new URL(location.href);
  now.searchParams.delete("at");
  find("main").prepend(
    h(
      "div",
      { class: "moment-past" },
      h("p", { class: "moment-words", role: "status" }, h("b", null, word("notLive")), ` · ${word("asItWas", { n })}`),
      h("a", { class: "moment-now outlined", href: now.href }, word("backToNow")),
    ),
  );
}

async function all(competition) {
  const [journal, races] = await Promise.all([
    read(`competitions/${competition}/journal`, { as_of: at }),
    racesOf(competition, at),
  ]);
  setText(find("h1"), `${word("decisions")} · ${journal.name}`);
  document.title = `${word("decisions")} · ${journal.name} · Bell Lap`;
  mark(journal.position);
  find(".decision-list").replaceChildren(
    ...journal.rows.map((row) =>
      h(
        "li",
        {},
        h(
          "a",
          { href: linkTo("decisions", { race: row.race, version: row.version, at }) },
          when(row.recorded_at),
          h("span", { class: "decision-race" }, races.get(row.race) ?? row.race),
          h("span", { class: "decision-sentence" }, ...spelled(row)),
          h("span", { class: "decision-reason" }, row.reason ?? ""),
          h("span", { class: "decision-who" }, row.official),
        ),
      ),
    ),
  );
  if (!journal.rows.length) say(word("noDecisions"));
}

/** Return links to other decisions of the same race, each with its position. */
function others(race, decisions) {
  return decisions.flatMap((each) => [
    h("span", { class: "decision-other" },
      h("a", { href: linkTo("decisions", { race, version: each.version, at }) }, sentence({ data: {}, replaced: null, ...each })),
      each.official ? ` · ${each.official}` : "",
      each.position ? " · " : "",
      each.position ? position(race, each.position) : ""),
  ]);
}

/** What a decision replaced: a decision has a page of its own, another fact only its position. */
function replaced(race, fact, decisions) {
  if (!fact) return [];
  const known = decisions.some((row) => row.version === fact.version);
  if (known) return others(race, [{ ...fact, people: [] }]);
  return [called(fact.type), fact.position ? " · " : "", fact.position ? position(race, fact.position) : ""];
}

function facts(row, decisions) {
  const { race } = row;
  const rule = row.rule;
  return [
    ["theRace", [h("a", { href: moment(race, row.public_at) }, `${translated(row.name)} ${translated(row.round)}`), ` · ${race}`]],
    ["decidedBy", [word("onDevice", { who: row.official, device: row.device })]],
    ["atTheRink", evidence(row.occurred_at)],
    ["recordedAt", [when(row.recorded_at), " · ", position(race, row.decided_at_position), ...evidence(row.recorded_at).slice(1)]],
    ["publicSince", row.public_at ? [position(race, row.public_at)] : []],
    ["reason", row.reason ? [row.reason] : []],
    ["infringement", rule?.code ? [h("span", { lang: "en" }, `${rule.code}: ${rule.text}`)] : []],
    ["ruleset", rule?.ruleset ? [h("a", { href: `api/v1/competitions/${row.competition}/ruleset` }, rule.ruleset)] : []],
    ["replaces", replaced(race, row.replaced, decisions)],
    ["replacedBy", others(race, row.superseded)],
    ["source", row.source ? [row.source] : []],
  ].filter(([, values]) => values.length);
}

/** Return what a fact tells beside its kind: who, in which lap row, at what time. */
function detail(fact, names) {
  const { competitor, competitors, lap, elapsed_ms } = fact.data;
  const people = [competitor, ...(competitors ?? [])].filter(Boolean).map((id) => spelledName(names.get(id) ?? { name: id }));
  const row = lap ? word("lapNumber", { n: lap }) : "";
  const parts = [people.flatMap((name, index) => (index ? [", ", ...name] : name)), [row], [time(elapsed_ms)]];
  return parts.filter((part) => part.some(Boolean)).flatMap((part, index) => (index ? [" · ", ...part] : part));
}

function rests(row, names) {
  if (!row.rows.length) return [h("li", { class: "decision-none" }, word("restsOnNothing"))];
  return row.rows.map((fact) =>
    h(
      "li",
      {},
      position(row.race, fact.position),
      h("b", {}, called(fact.type)),
      h("span", {}, ...detail(fact, names)),
      h("span", { class: "decision-who" }, h("span", {}, fact.official), askable(fact.occurred_at)),
    ),
  );
}

/** Return the competitors of a race by their ids. */
async function namesOf(race, as_of) {
  const found = await read(`races/${race}/start-list`, { as_of }).catch(() => ({ rows: [] }));
  return new Map(found.rows.map((row) => [row.id, row]));
}

/** Show what is other because of a decision; without it comes first, as it came first. */
function change(row) {
  setText(find(".decision-compared"), row.changed === null ? "" : word("comparedWithout", { n: row.position }));
  if (row.changed === null) {
    find("difference-list").replaceChildren(h("p", { class: "difference-none" }, word("cannotBeWithout")));
    return;
  }
  find("difference-list").show(reversed(row.changed), word("changedNothing"));
}

async function one(race, version) {
  const [row, journal, names] = await Promise.all([
    read(`races/${race}/decisions/${version}`, { as_of: at }),
    read(`races/${race}/journal`, { as_of: at }),
    namesOf(race, at),
  ]);
  find(".decision").hidden = false;
  const title = sentence(row);
  find(".decision-title").replaceChildren(...spelled(row));
  document.title = `${title} · ${translated(row.name)} ${translated(row.round)} · Bell Lap`;
  mark(row.position);
  find(".decision-facts").replaceChildren(
    ...facts(row, journal.rows).flatMap(([name, values]) => [h("dt", {}, word(name)), h("dd", {}, ...values)]),
  );
  find(".decision-rests").replaceChildren(...rests(row, names));
  change(row);
  links(row);
  showMarks(find(".ledger-marks"), race);
}

function links({ race, version, public_at, decided_at_position, competition }) {
  // Whoever is sent it reads it in their own language.
  const own = new URL(`decisions?${new URLSearchParams({ race, version, ...(at ? { at } : {}) })}`, location.href).href;
  find(".decision-link").href = own;
  setText(find(".decision-address"), own);
  find(".decision-then").hidden = Boolean(at) || !public_at;
  find(".decision-then").href = linkTo("decisions", { race, version, at: public_at });
  find(".decision-print").addEventListener("click", () => print());
  find(".link-moments").hidden = false;
  find(".link-moments").href = moment(race, public_at ?? decided_at_position);
  find(".link-all").hidden = false;
  find(".link-all").href = linkTo("decisions", { competition, at });
}

find(".link-home").href = linkTo(".");
try {
  if (given.get("race")) await one(given.get("race"), given.get("version"));
  else if (given.get("competition")) await all(given.get("competition"));
  else {
    const found = await read("competitions", { as_of: at });
    if (found.rows.length) await all(found.rows.at(-1).competition);
    else say(word("noCompetition"));
  }
} catch (error) {
  say(error.message);
}
