/** What might have been otherwise in a race, to be chosen fact by fact. */

import { h, setAttribute } from "../modules/dom.js";
import { plainName, spelledName } from "../modules/spelled-name.js";
import { DECISIONS, choices, supposition } from "../modules/supposition.js";
import { spelled, words } from "../modules/tick-words.js";
import { word } from "../modules/words.js";

/** Facts that decide a race; crossings and the like are folded away. */
const DECIDING = new Set(["decision", "fall", "finish", "out", "false-start", "correction", "stop", "review"]);
/** Without it there is no race to ask about. */
const FOUNDATION = "StartListPublished";

export class SupposeForm extends HTMLElement {
  #deciding = h("div", { class: "suppose-facts", role: "group", "aria-label": word("factsOfRace") });
  #others = h("div", { class: "suppose-facts" });
  #folded = h("details", { class: "suppose-others" }, h("summary", {}, word("otherFacts")), this.#others);
  #decision = h("select", { "aria-label": word("decisions") }, ...DECISIONS.map((each) => h("option", { value: each }, word(each))));
  #competitor = h("select", { "aria-label": word("skaters") });
  #list = h("ul", { class: "suppose-added", role: "list" });
  #people = new Map();
  #added = [];

  connectedCallback() {
    if (this.firstChild) return;
    const add = h("button", { class: "button plain", type: "button", onclick: () => this.#add() }, word("addIt"));
    const also = h("p", { class: "suppose-also" }, h("span", {}, word("alsoDecided")), this.#decision, this.#competitor, add);
    this.append(this.#deciding, this.#folded, also, this.#list);
  }

  /** Offer the facts of a race; `people` are the rows of its start list. */
  offer(ticks, people) {
    this.#people = new Map(people.map((row) => [row.id, row]));
    const facts = ticks.filter((tick) => tick.type !== FOUNDATION);
    const deciding = facts.filter((tick) => DECIDING.has(tick.kind));
    const others = facts.filter((tick) => !DECIDING.has(tick.kind));
    this.#deciding.replaceChildren(...deciding.map((tick) => this.#fact(tick, deciding)));
    this.#others.replaceChildren(...others.map((tick) => this.#fact(tick, others)));
    this.#competitor.replaceChildren(...people.map((row) => h("option", { value: row.id }, plainName(row))));
  }

  /** What is supposed now, as a race of a question. */
  supposed(race) {
    const chosen = [...this.querySelectorAll("[data-position]")].map((each) => [Number(each.dataset.position), each.value]);
    return supposition(race, new Map(chosen), this.#added);
  }

  #fact(tick, among) {
    const { otherwise, people, before } = choices(tick, among, [...this.#people.keys()]);
    const choice = h(
      "select",
      { "data-position": tick.position, onchange: () => setAttribute(line, "data-otherwise", choice.value !== "") },
      h("option", { value: "" }, word("asRecorded")),
      h("option", { value: "drop" }, word("leftOut")),
      group("decidedOtherwise", otherwise.map((each) => [`sanction:${each}`, word(each)])),
      group("ofSomebodyElse", people.map((id) => [`competitor:${id}`, plainName(this.#people.get(id))])),
      group("happenedBefore", before.map((each) => [`before:${each.position}`, words(each)])),
    );
    const said = h("span", {}, ...spelled(tick, { full: true }), tick.reason ? `: ${tick.reason}` : "");
    const line = h("label", { class: `suppose-fact kind-${tick.kind}` }, said, choice);
    return line;
  }

  #add() {
    const row = this.#people.get(this.#competitor.value);
    if (!row) return;
    const added = { decision: this.#decision.value, competitor: row.id };
    this.#added.push(added);
    const remove = () => {
      this.#added.splice(this.#added.indexOf(added), 1);
      line.remove();
      this.#decision.focus();
    };
    const line = h(
      "li",
      {},
      h("span", {}, `${word(added.decision)}: `, ...spelledName(row)),
      h("button", { class: "button plain", type: "button", onclick: remove }, word("remove")),
    );
    this.#list.append(line);
  }
}

function group(name, options) {
  if (options.length === 0) return null;
  return h("optgroup", { label: word(name) }, ...options.map(([value, text]) => h("option", { value }, text)));
}
