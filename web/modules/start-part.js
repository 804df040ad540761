/** The starter's part: who stands where, the gun, a recall, a stop. */

import { may } from "./api.js";
import { clock } from "./clock.js";
import { area, key } from "./desk-page.js";
import { h } from "./dom.js";

export class StartPart {
  #element;
  #desk;
  #act;
  #asked = null;
  #fired = null;

  constructor(element, desk, act) {
    this.#element = element;
    this.#desk = desk;
    this.#act = act;
  }

  /** Forget what was being asked. */
  forget() {
    this.#asked = null;
    this.#fired = null;
  }

  /** Fire the gun, at the instant of the tap, once. */
  async gun() {
    if (!this.#ready() || this.#gone()) return;
    const at = clock.now();
    this.#fired = at;
    this.show();
    // Refused: the gun may be fired again. Kept without a network: it was fired.
    await this.#act({ type: "StartRace" }, at);
    this.#fired = null;
    this.show();
  }

  /** Ask whose false start it was. */
  recall() {
    if (!this.#recallable()) return;
    this.#asked = "recall";
    this.show();
  }

  show() {
    const rows = [...this.#desk.result.rows].sort((a, b) => a.start_position - b.start_position);
    area(this.#element.querySelector(".starters"), [this.#desk.race, rows, this.#ready()], () =>
      rows.map((row) => this.#starter(row)),
    );
    area(
      this.#element.querySelector(".start-asked"),
      [this.#asked, rows, this.#falseStarts(), this.#desk.race],
      () => this.#question(rows),
    );
    const { state, stopped } = this.#state();
    area(
      this.#element.querySelector(".start-keys"),
      [state, stopped, this.#asked, this.#gone(), this.#desk.result.official],
      () => this.#keys(state, stopped),
    );
  }

  #state() {
    const board = this.#desk.board ?? this.#desk.result;
    return { state: board.state, stopped: Boolean(board.stopped) };
  }

  #ready() {
    return this.#state().state === "START_LIST";
  }

  /** Whether the gun was fired here, also where the server does not know of it yet. */
  #gone() {
    return Boolean(this.#fired || this.#desk.waiting("StartRace"));
  }

  #recallable() {
    return ["START_LIST", "LIVE"].includes(this.#state().state);
  }

  #falseStarts() {
    const { facts } = this.#desk;
    const gone = new Set(facts.filter((f) => f.type === "FactRetracted").map((f) => f.data.target));
    return facts.filter((f) => f.type === "FalseStartCalled" && !gone.has(f.version)).length;
  }

  #starter(row) {
    const out = ["DNS", "PEN"].includes(row.status);
    return h(
      "li",
      { class: "starter", "data-competitor": row.id, "data-out": out },
      h("span", { class: "finish-place" }, row.start_position),
      h("span", { class: "skater-helmet", hidden: !row.helmet }, row.helmet ?? ""),
      h("span", { class: "finish-name" }, h("b", null, row.family_name || row.name), ` ${row.noc}`),
      out
        ? h("span", { class: "starter-out" }, row.status)
        : this.#ready()
          ? key("DNS", {
              "aria-label": `Did not start: ${row.name}`,
              onclick: () => this.#act({ type: "RecordDidNotStart", competitor: row.id }),
            })
          : null,
    );
  }

  #question(rows) {
    if (this.#asked === "recall") return this.#whose(rows);
    if (this.#asked === "stop") {
      return [
        h(
          "p",
          null,
          "Stop the race? It goes on as another attempt; what was skated stays in the log.",
        ),
        h(
          "div",
          { class: "keys" },
          this.#sure("Stop now", { type: "StopRace", reason: "Stopped by the starter" }),
          this.#no(),
        ),
      ];
    }
    return [];
  }

  #whose(rows) {
    const allowed = this.#desk.ruleset?.false_starts_allowed ?? 0;
    const before = this.#falseStarts();
    const penalised = before >= allowed;
    return [
      h("p", null, `False start ${before + 1} of this race, ${allowed} allowed.`),
      h(
        "p",
        { class: "starter-warning" },
        penalised
          ? "Whoever is named is penalised and does not start again, in public at once."
          : "Whoever is named is warned; nobody is penalised.",
      ),
      h(
        "div",
        { class: "keys" },
        this.#sure("Nobody named", { type: "CallFalseStart" }),
        rows
          .filter((row) => !row.status)
          .map((row) =>
            this.#sure(`${row.helmet ?? row.start_position} ${row.family_name || row.name}`, {
              type: "CallFalseStart",
              competitor: row.id,
            }),
          ),
        this.#no(),
      ),
    ];
  }

  #sure(label, command) {
    return key(label, {
      kind: "danger",
      onclick: async () => {
        this.#asked = null;
        await this.#act(command);
      },
    });
  }

  #no() {
    return key("Back", {
      onclick: () => {
        this.#asked = null;
        this.show();
      },
    });
  }

  #keys(state, stopped) {
    const ask = (what) => () => {
      this.#asked = what;
      this.show();
    };
    if (this.#asked) return [];
    const referee = may(this.#desk.who, "referee", "chief-referee");
    const again = (label, re_skate) =>
      key(label, { onclick: () => this.#act({ type: "OrderRestart", reason: label, re_skate }) });
    return [
      state === "START_LIST"
        ? key(this.#gone() ? "FIRED" : "GUN", {
            kind: "gun",
            "data-do": "gun",
            disabled: this.#gone(),
            "aria-keyshortcuts": "S",
            onpointerdown: () => this.gun(),
            onclick: () => this.gun(),
          })
        : null,
      this.#recallable()
        ? key("False start…", {
            kind: "hold",
            "data-do": "recall",
            "aria-keyshortcuts": "Shift+S",
            onclick: ask("recall"),
          })
        : null,
      state === "LIVE" && !stopped
        ? key("Stop the race…", { "data-do": "stop", onclick: ask("stop") })
        : null,
      stopped && referee
        ? [again("Restart from the line", false), again("Re-skate later", true)]
        : null,
      stopped && !referee ? h("p", { class: "soft" }, "The referee orders what follows.") : null,
    ].flat();
  }
}
