/** Finish times to the thousandth, keyed in the order across the line. */

import { area, key, raceClock } from "./desk-page.js";
import { h, setAttribute, setText } from "./dom.js";
import { disagreeing, otherTimes, outranking, readTime, recordedTimes } from "./finish.js";
import { time } from "./format.js";

const OUT = new Set(["DNS", "DNF", "WDR"]);

/** What other sources have, the time that counts marked: "photo 42.010 counts". */
function others(row, source) {
  return otherTimes(row.times, source)
    .map(({ time_source, time_ms, counts }) => {
      const read = time_ms === null ? "no time" : time(time_ms);
      return `${time_source} ${read}${counts ? " counts" : ""}`;
    })
    .join(" · ");
}

export class TimesPart {
  #element;
  #desk;
  #source;
  #act;
  #keyed = new Map();
  #recorded = {};
  #groups = [];
  #ending = [];
  #ended = null;

  constructor(element, desk, { source, act }) {
    this.#element = element;
    this.#desk = desk;
    this.#source = source;
    this.#act = act;
  }

  /** Forget what was keyed and not recorded. */
  forget() {
    this.#keyed.clear();
  }

  /** Show a field for everybody in the order, and beside the keys `ending`, of the state `ended`. */
  show(groups, ending, ended = null) {
    this.#groups = groups;
    this.#ending = ending;
    this.#ended = ended;
    const { facts, result } = this.#desk;
    this.#recorded = recordedTimes(facts, result.attempt, this.#source);
    const rows = this.#rows(groups);
    const shape = rows.map((row) => [
      row.id,
      this.#recorded[row.id],
      row.time_ms,
      row.times,
    ]);
    const running = raceClock(this.#desk.own) !== null;
    area(this.#element.querySelector(".times"), [this.#desk.race, shape, running], () =>
      rows.map((row) => this.#line(row, running)),
    );
    this.#said();
  }

  /** Return who may have a time: by the order across the line, then whoever is not out. */
  #rows(groups) {
    const { rows } = this.#desk.result;
    const byId = new Map(rows.map((row) => [row.id, row]));
    const order = groups.flat().filter((id) => byId.has(id));
    const rest = rows.filter((row) => !order.includes(row.id) && !OUT.has(row.status));
    return [...order.map((id) => byId.get(id)), ...rest];
  }

  #line(row, running) {
    const keyed = this.#keyed.get(row.id);
    const recorded = this.#recorded[row.id];
    const value = keyed?.text ?? (recorded === null ? "no time" : time(recorded));
    const input = h("input", {
      class: "field time-field",
      value,
      placeholder: time(row.time_ms),
      inputmode: "decimal",
      autocomplete: "off",
      spellcheck: "false",
      "aria-label": `Time of ${row.name}`,
      "data-competitor": row.id,
    });
    input.addEventListener("input", () => this.#key(row.id, input));
    input.addEventListener("change", () => {
      const ms = readTime(input.value);
      if (Number.isInteger(ms)) input.value = time(ms);
    });
    return h(
      "li",
      { class: "time-line" },
      h("span", { class: "skater-helmet" }, row.helmet ?? row.start_position),
      h(
        "span",
        { class: "finish-name" },
        h("b", null, row.family_name || row.name),
        h("small", { class: "other-times" }, others(row, this.#source)),
      ),
      input,
      running && this.#source === "hand"
        ? key("Stamp", {
            "aria-label": `Stamp the time of ${row.name}`,
            "data-stamp": row.id,
            onpointerdown: () => this.#stamp(row.id, input),
          })
        : key("No time", {
            kind: "quiet",
            "aria-label": `No time: ${row.name}`,
            "data-no-time": row.id,
            onclick: () => {
              input.value = "no time";
              this.#key(row.id, input);
            },
          }),
    );
  }

  /** Put the race clock at this instant in somebody's field. */
  #stamp(id, input) {
    const ms = raceClock(this.#desk.own);
    if (ms === null) return;
    input.value = time(Math.floor(ms));
    this.#key(id, input);
  }

  #key(id, input) {
    const ms = readTime(input.value);
    setAttribute(input, "aria-invalid", ms === undefined && input.value.trim() !== "");
    if (input.value.trim() === "") this.#keyed.delete(id);
    else this.#keyed.set(id, { text: input.value, ms });
    this.#said();
  }

  #said() {
    const known = { ...this.#recorded };
    for (const [id, { ms }] of this.#keyed) known[id] = ms;
    const wrong = disagreeing(this.#groups, known).map((id) => this.#desk.name(id));
    const words = [
      wrong.length > 0
        ? `${wrong.join(", ")}: faster than the place before. The order decides.`
        : "",
      this.#outranked(),
    ];
    setText(this.#element.querySelector(".times-said"), words.filter(Boolean).join(" "));
    const bad = [...this.#keyed.values()].some(({ ms }) => ms === undefined);
    area(
      this.#element.querySelector(".times-keys"),
      [[...this.#keyed], bad, this.#ending.length, this.#ended, this.#desk.race],
      () => [
        key(`Record ${this.#keyed.size || "the"} time${this.#keyed.size === 1 ? "" : "s"}`, {
          kind: this.#keyed.size > 0 && !bad ? "primary" : "",
          disabled: bad || this.#keyed.size === 0,
          "data-do": "times",
          onclick: () => this.#record(),
        }),
        ...this.#ending,
      ],
    );
  }

  /** Whose time a stronger source has: that one counts, and this is a further opinion. */
  #outranked() {
    const names = [...this.#keyed.keys()]
      .map((id) => this.#desk.result.rows.find((row) => row.id === id))
      .filter((row) => row && outranking(row.times, this.#source))
      .map((row) => this.#desk.name(row.id));
    if (names.length === 0) return "";
    return `${names.join(", ")}: a stronger source has a time, which counts. This is kept beside it.`;
  }

  async #record() {
    const times = [...this.#keyed].map(([competitor, { ms }]) => ({ competitor, time_ms: ms }));
    const receipts = await this.#act({
      type: "RecordFinishTimes",
      times,
      time_source: this.#source,
    });
    if (receipts === undefined) return;
    this.#keyed.clear();
    this.show(this.#groups, this.#ending, this.#ended);
  }
}
