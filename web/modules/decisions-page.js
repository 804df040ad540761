/** The ledger: all decisions of a competition, or one of them in full. */

import "../elements/define.js";
import { read } from "./api-read.js";
import { h, setText } from "./dom.js";
import { showMarks } from "./ledger-marks.js";

const find = (selector) => document.querySelector(selector);
const given = new URLSearchParams(location.search);

function say(sentence) {
  setText(find(".moments-note"), sentence);
}

function hour(instant) {
  return instant ? instant.slice(0, 19).replace("T", " ") : "";
}

async function all(competition) {
  const journal = await read(`competitions/${competition}/journal`);
  setText(find("h1"), `Decisions · ${journal.name}`);
  find(".decision-list").replaceChildren(
    ...journal.rows.map((row) =>
      h(
        "li",
        {},
        h(
          "a",
          { href: `decisions?race=${encodeURIComponent(row.race)}&version=${row.version}` },
          h("time", { datetime: row.recorded_at }, hour(row.recorded_at)),
          h("span", { class: "decision-race" }, row.race.split("/").slice(1).join(" · ")),
          h("b", {}, row.text),
          h("span", { class: "decision-reason" }, row.reason ?? ""),
          h("span", { class: "decision-who" }, row.official),
        ),
      ),
    ),
  );
  if (!journal.rows.length) say("No decision has been taken yet.");
}

async function one(race, version) {
  const row = await read(`races/${race}/decisions/${version}`);
  const [competition] = race.split("/");
  find(".decision").hidden = false;
  setText(find(".decision-title"), row.text);
  document.title = `${row.text} · ${race} · Bell Lap`;
  const code = row.rule?.code ? `${row.rule.code}: ${row.rule.text}` : "";
  const facts = [
    ["Race", race],
    ["Decided by", `${row.official} on ${row.device}`],
    ["At the rink", hour(row.occurred_at)],
    ["Recorded", `${hour(row.recorded_at)}, position ${row.decided_at_position}`],
    ["Public since", row.public_at ? `position ${row.public_at}` : ""],
    ["Reason", row.reason ?? ""],
    ["Infringement", code],
    ["Ruleset", row.rule?.ruleset ?? ""],
    ["Replaces", row.replaced ? row.replaced.type : ""],
    ["Source", row.source ?? ""],
  ];
  find(".decision-facts").replaceChildren(
    ...facts.filter(([, value]) => value).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
  );
  find(".decision-rests").replaceChildren(
    ...row.rows.map((fact) =>
      h(
        "li",
        {},
        h("a", { href: `moments?race=${encodeURIComponent(race)}&at=${fact.position}` }, String(fact.position)),
        h("b", {}, fact.type.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()),
        h("span", {}, fact.data.competitor ?? ""),
        h("span", { class: "decision-who" }, fact.official),
      ),
    ),
  );
  const differences = find("difference-list");
  if (row.changed === null) say("This decision cannot be thought away: without it there is no result.");
  else differences.show(row.changed, "Nothing would have been different.");
  const link = find(".link-moments");
  link.hidden = false;
  link.href = `moments?race=${encodeURIComponent(race)}&at=${row.public_at ?? row.decided_at_position}`;
  showMarks(find(".ledger-marks"), race);
  find(".link-all").hidden = false;
  find(".link-all").href = `decisions?competition=${competition}`;
}

try {
  if (given.get("race")) await one(given.get("race"), given.get("version"));
  else if (given.get("competition")) await all(given.get("competition"));
  else {
    const found = await read("competitions");
    if (found.rows.length) await all(found.rows.at(-1).competition);
    else say("There is no competition yet.");
  }
} catch (error) {
  say(error.message);
}
