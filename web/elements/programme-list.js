/** The programme of a competition: every race, how it stands, what is next. */

import { h, setAttribute } from "../modules/dom.js";
import { day, hour } from "../modules/format.js";
import { rows } from "../modules/race-state.js";
import { spelledName } from "../modules/spelled-name.js";
import { translated, word } from "../modules/words.js";

export class ProgrammeList extends HTMLElement {
  #shown = "";

  /** Where a race leads to. */
  link = (id) => `scoreboard?race=${encodeURIComponent(id)}`;

  /** Show the programme document of the feed. */
  set programme(document) {
    const key = JSON.stringify(document);
    if (key === this.#shown) return;
    this.#shown = key;
    const days = new Map();
    for (const race of rows(document)) {
      const name = day(race.scheduled_at) || word("races");
      days.set(name, [...(days.get(name) ?? []), race]);
    }
    this.replaceChildren(
      ...[...days].map(([name, races]) =>
        h(
          "section",
          { class: "day" },
          h("h3", { class: "day-name" }, name),
          h("ol", { class: "races", role: "list" }, ...races.map((race) => entry(race, document, this.link))),
        ),
      ),
    );
  }
}

function entry(race, document, link) {
  const chip = window.document.createElement("state-chip");
  const hold = window.document.createElement("hold-mark");
  const element = h(
    "li",
    { class: "race", "data-race": race.id, "data-state": race.state },
    h(
      "a",
      { class: "race-link", href: link(race.id) },
      h("time", { class: "race-hour", datetime: race.scheduled_at }, hour(race.scheduled_at)),
      h(
        "span",
        { class: "race-name" },
        h("span", { class: "race-distance" }, translated(race.name)),
        " ",
        h("span", { class: "race-round" }, translated(race.round)),
      ),
      podium(race),
      hold,
      chip,
    ),
  );
  chip.state = race.state;
  hold.board = race;
  setAttribute(element, "data-current", race.id === document.current);
  setAttribute(element, "data-next", race.id === document.next);
  return element;
}

function podium(race) {
  const medals = race.round === "Final A";
  return h(
    "span",
    { class: "race-podium", "data-final": medals },
    ...(race.podium ?? []).map((place) =>
      h(
        "span",
        { class: "race-place", "data-place": place.rank },
        h("span", { class: "race-place-number" }, String(place.rank)),
        ...spelledName(place),
        place.noc === place.name ? "" : ` ${place.noc}`,
      ),
    ),
  );
}
