/** The rounds of a distance as a bracket: one column a round, one card a race, follow anybody through. */

import { h, setAttribute } from "../modules/dom.js";
import { time } from "../modules/format.js";
import { rows } from "../modules/race-state.js";
import { roundsOf } from "../modules/rounds.js";
import { spelledName } from "../modules/spelled-name.js";
import { translated, word } from "../modules/words.js";

export class DistanceRounds extends HTMLElement {
  #choice = h("select", { class: "distance-choice", onchange: () => this.#changed() });
  #body = h("div", { class: "bracket", tabindex: "0", role: "group" });
  #programme = null;
  #cards = new Map();
  #followed = null;
  #read = "";

  /** The position as of which the rounds are shown; null for now. */
  as_of = null;

  connectedCallback() {
    if (this.firstChild) return;
    this.append(h("label", { class: "gap-choice" }, h("span", null, word("distance")), this.#choice), this.#body);
    setAttribute(this.#body, "aria-label", word("rounds"));
  }

  /** Show the programme document of the feed; the results are read as they become known. */
  set programme(document) {
    this.#programme = document;
    const key = JSON.stringify(document.distances.map((each) => each.id));
    if (this.#choice.dataset.key !== key) {
      this.#choice.dataset.key = key;
      const chosen = this.#choice.value || document.entries[document.current]?.distance;
      this.#choice.replaceChildren(
        ...document.distances.map((each) => h("option", { value: each.id }, translated(each.name))),
      );
      if (chosen) this.#choice.value = chosen;
    }
    if (!this.hidden) this.#changed();
  }

  /** Read what is chosen; called when the view comes up. */
  refresh() {
    if (this.#programme) this.#changed();
  }

  async #changed() {
    const distance = this.#choice.value;
    if (!distance) return; // the programme of a competition that has no distance yet
    const races = rows(this.#programme).filter((race) => race.distance === distance);
    const key = JSON.stringify([this.as_of, distance, races.map((race) => [race.id, race.state])]);
    if (key === this.#read) return;
    this.#read = key;
    const found = await roundsOf(distance, races, this.as_of).catch(() => null);
    if (key !== this.#read) return;
    if (found) this.#draw(found);
    else this.#read = "";
  }

  #draw(found) {
    this.#cards.clear();
    if (found.length === 0) {
      this.#body.replaceChildren(h("p", { class: "empty" }, word("noRounds")));
      return;
    }
    this.#body.replaceChildren(
      ...found.map(({ name, progression, races }) =>
        h(
          "section",
          { class: "bracket-round", "aria-label": translated(name) },
          h("h3", { class: "day-name" }, translated(name)),
          progression ? h("p", { class: "bracket-progression" }, progression) : null,
          ...races.map((race) => this.#card(race)),
        ),
      ),
    );
    this.#follow(this.#followed);
  }

  #card(race) {
    const chip = document.createElement("state-chip");
    const card = h(
      "article",
      { class: "bracket-race", "data-race": race.id },
      h("header", { class: "bracket-head" }, h("a", { href: `#race/${race.id}` }, translated(race.round)), chip),
      race.stale ? h("p", { class: "bracket-stale" }, `⚠ ${word("staleList")}`) : null,
      race.rows.length > 0
        ? h("ol", { class: "bracket-list", role: "list" }, ...race.rows.map((row) => this.#row(row)))
        : null,
    );
    chip.state = race.state;
    return card;
  }

  #row(row) {
    const button = h(
      "button",
      { class: "bracket-row", type: "button", "data-status": row.status, onclick: () => this.#follow(row.id, true) },
      h("span", { class: "bracket-rank" }, String(row.rank ?? "")),
      h("span", { class: "bracket-noc" }, row.noc),
      h(
        "span",
        { class: "bracket-name" },
        ...spelledName(row),
      ),
      mark(row.goes),
      h("span", { class: "bracket-time" }, row.time_ms ? time(row.time_ms) : (row.status ?? "")),
    );
    this.#cards.set(button, row.id);
    return h("li", null, button);
  }

  /** Mark somebody through all the rounds; a second press lets go. */
  #follow(id, toggle = false) {
    this.#followed = toggle && this.#followed === id ? null : id;
    for (const [button, each] of this.#cards) {
      setAttribute(button, "aria-pressed", String(each === this.#followed && each !== null));
    }
  }
}

/** How somebody goes on; what is not certain yet is bracketed, and says so. */
function mark(goes) {
  if (!goes) return h("span", { class: "bracket-mark" });
  const text = goes.certain ? goes.text : `(${goes.text})`;
  const title = goes.certain ? null : word("ifConfirmed");
  return h("span", { class: "bracket-mark", "data-certain": goes.certain, title }, text, title && h("span", { class: "visually-hidden" }, ` ${title}`));
}
