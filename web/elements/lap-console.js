/** The lap console's one screen: armed race, running order, who is expected, log, keys. */

import { h, setAttribute, setText } from "../modules/dom.js";
import { time } from "../modules/format.js";
import { CARD, PROFILES, legend } from "../modules/keys.js";
import { ConsoleRow, countdown } from "./console-row.js";

const LOG_LINES = 30;
const QUESTIONS = {
  assign: "TIME IS WHOSE?",
  fell: "WHO FELL?",
  up: "WHO GOT UP?",
  out: "WHO DID NOT FINISH?",
  missed: "WHOSE CROSSING WAS MISSED?",
  flag: "FLAG WHOM TO THE REFEREE?",
};
const SURE = {
  "false-start": "RECALL THE FIELD",
  stop: "STOP THE RACE",
  restart: "RESTART AT ONCE",
  "re-skate": "RE-SKATE LATER",
  end: "END OF THE RACE",
  next: "ARM THE NEXT RACE",
  previous: "ARM THE RACE BEFORE",
  pen: "TAKE THE PEN",
};
const SYMBOLS = { Backspace: "⌫", Enter: "↵", Slash: "?" };
const SIGNS = { saving: "…", queued: "↑", sent: "✓", refused: "✕", moot: "–" };
const CHIPS = [
  ["Space", "time only"],
  ["KeyA", "assign"],
  ["KeyF", "fell"],
  ["KeyU", "up"],
  ["KeyD", "DNF"],
  ["KeyM", "missed"],
  ["KeyP", "flag"],
  ["KeyB", "bell"],
  ["KeyH", "hold board"],
  ["KeyS", "gun"],
  ["KeyX", "stop"],
  ["KeyR", "restart"],
  ["KeyE", "end"],
  ["KeyN", "next race"],
  ["KeyT", "pen"],
  ["Slash", "keys"],
];

export class LapConsole extends HTMLElement {
  #parts = {};
  #rows = new Map();
  #shownLog = "";
  #shownHelp = null;

  connectedCallback() {
    if (this.firstChild) return;
    const part = (name, tag = "span", ...children) =>
      (this.#parts[name] = h(tag, { class: `console-${name}` }, ...children));
    this.append(
      h(
        "header",
        { class: "console-head" },
        part("armed"),
        h("h1", { class: "console-title" }, part("name"), part("round")),
        part("phase"),
        part("clock"),
        h("p", { class: "console-togo" }, part("laps"), part("laps-label")),
        h("div", { class: "console-signs" }, part("line"), part("pen"), part("unsent"), part("who")),
      ),
      part("hold", "section"),
      part("banner", "p"),
      h(
        "section",
        { class: "console-order", "aria-label": "Running order" },
        ConsoleRow.head(),
        part("list", "ol"),
      ),
      h(
        "section",
        { class: "console-side", "aria-label": "Expected" },
        h("h2", null, "Expected · EST"),
        part("expected", "ol"),
        part("unassigned", "div"),
      ),
      h(
        "section",
        { class: "console-entries", "aria-label": "Log" },
        h("h2", null, "Log", part("undo")),
        part("log", "ol"),
      ),
      part("help", "section"),
      h(
        "footer",
        { class: "console-foot" },
        part("prompt", "p"),
        h("nav", { class: "console-keys", "aria-label": "Keys" }, ...this.#chips()),
      ),
    );
    this.#parts.list.setAttribute("role", "list");
    this.#parts.prompt.setAttribute("role", "status");
    this.#parts.hold.setAttribute("aria-label", "Hold of the public board");
  }

  /** Keys for fingers: each tells the page which key it stands for. Never focused, so that no
   * Space or Enter on the keyboard can press one. */
  #chips() {
    const chip = (code, text, shift = false) =>
      h(
        "span",
        {
          class: "console-key",
          "data-code": code,
          onpointerdown: (event) => {
            event.preventDefault();
            this.#key(code, event.timeStamp, shift);
          },
        },
        h("kbd", null, legend(code)),
        h("span", null, text),
      );
    return [["Backspace", "undo"], ...CHIPS, ["Enter", "yes"]].map(([code, text]) => chip(code, text));
  }

  #key(code, timeStamp, shift = false) {
    this.dispatchEvent(new CustomEvent("key", { detail: { code, shift, timeStamp } }));
  }

  /** Show everything; called for every key and ten times a second. */
  set model(model) {
    const { sheet, board } = model;
    setAttribute(this, "data-running", sheet.running);
    setAttribute(this, "data-race", board.race);
    setAttribute(this, "data-kept", model.shellKept);
    this.#showHead(model);
    this.#showOrder(model);
    this.#showExpected(sheet);
    this.#showLog(sheet);
    this.#showFoot(model);
    this.#showHelp(model);
  }

  #showHead({ board, sheet, now, unsent, line, pen, who, banner, hold, armed }) {
    const p = this.#parts;
    setText(p.armed, sheet.running ? "ARMED · LOCKED" : armed);
    setAttribute(p.armed, "data-locked", sheet.running);
    setText(p.name, board.name ?? "No race");
    const attempt = sheet.attempt > 1 ? ` · attempt ${sheet.attempt}` : "";
    setText(p.round, `${board.round ?? ""}${attempt}`);
    const phase = phaseOf(sheet, board);
    const alone = sheet.unsent && line.tone === "stop";
    setText(p.phase, alone ? `${phase} · unsent` : phase);
    setAttribute(p.phase, "data-phase", phase);
    setAttribute(p.phase, "data-unsent", alone);
    setText(p.clock, clockText(sheet, now));
    // Of a race that was keyed elsewhere and is over nothing is to go.
    setText(p.laps, sheet.ended ? "" : sheet.lapsToGo);
    setText(p["laps-label"], sheet.ended ? "" : sheet.bell && sheet.lapsToGo === 1 ? "BELL" : "TO GO");
    setAttribute(p.laps.parentElement, "data-bell", sheet.bell && sheet.lapsToGo === 1);
    setText(p.line, line.text);
    setAttribute(p.line, "data-tone", line.tone);
    setText(p.pen, pen.text);
    setAttribute(p.pen, "data-tone", pen.tone);
    setText(p.unsent, unsent.text);
    setAttribute(p.unsent, "data-tone", unsent.tone);
    setAttribute(this, "data-unsent", unsent.depth);
    setText(p.who, who);
    setText(p.banner, banner);
    setText(p.hold, hold);
    setAttribute(p.hold, "data-held", Boolean(sheet.hold));
    setText(this.querySelector('[data-code="KeyH"]').lastChild, sheet.hold ? "release" : "hold board");
  }

  #showOrder({ sheet, differences }) {
    const { list } = this.#parts;
    const seen = new Set();
    sheet.rows.forEach((row, index) => {
      seen.add(row.id);
      let shown = this.#rows.get(row.id);
      if (!shown) {
        shown = new ConsoleRow(row.id, (position, timeStamp) =>
          this.dispatchEvent(new CustomEvent("tap", { detail: { position, timeStamp } })),
        );
        this.#rows.set(row.id, shown);
      }
      shown.show(row, index, sheet, differences.get(row.id));
      if (list.children[index] !== shown.element) {
        list.insertBefore(shown.element, list.children[index] ?? null);
      }
    });
    for (const [id, shown] of this.#rows) {
      if (seen.has(id)) continue;
      shown.element.remove();
      this.#rows.delete(id);
    }
    setAttribute(this, "data-count", Math.max(sheet.rows.length, 4));
  }

  #showExpected(sheet) {
    const { expected, unassigned } = this.#parts;
    const lines = sheet.expected.map((row) => [
      `[${row.position}]`,
      row.helmet ?? "",
      row.family || row.name,
      row.overdue ? "overdue" : countdown(row.inMs),
    ]);
    fill(expected, lines.length, (element, i) => {
      setAttribute(element, "data-overdue", sheet.expected[i].overdue);
      setAttribute(element, "data-soon", sheet.expected[i].inMs < 1500);
      cells(element, lines[i]);
    });
    const waiting = sheet.unassigned;
    setAttribute(unassigned, "data-waiting", waiting.length > 0);
    const [oldest] = waiting;
    const since = oldest && sheet.gunAt !== null ? time(Math.max(oldest.at - sheet.gunAt, 0), 2) : "";
    const asks = `${waiting.length} without a name: A and a digit name the one of ${since}`;
    setText(unassigned, oldest ? `${asks} ${oldest.keyed}` : "");
  }

  #showLog(sheet) {
    const lines = sheet.log.slice(0, LOG_LINES);
    const key = JSON.stringify(lines);
    setText(this.#parts.undo, sheet.undo ? `⌫ ${sheet.undo.label}` : "");
    if (key === this.#shownLog) return;
    this.#shownLog = key;
    fill(this.#parts.log, lines.length, (element, i) => {
      const each = lines[i];
      setAttribute(element, "data-key", each.key);
      setAttribute(element, "data-state", each.state);
      setAttribute(element, "data-opinion", each.opinion);
      setAttribute(element, "data-retracted", each.retracted);
      setAttribute(element, "data-earlier", each.earlier);
      setAttribute(element, "data-odd", each.odd);
      setAttribute(element, "data-est", each.est);
      setAttribute(element, "data-next", sheet.undo?.key === each.key);
      const since = sheet.gunAt === null || each.earlier ? null : each.at - sheet.gunAt;
      cells(element, [
        since === null || since < 0 ? hour(each.at) : time(since, 2),
        each.text,
        each.lap ? `lap ${each.lap}` : "",
        each.lapMs === null ? (each.state === "refused" ? "refused" : "") : `${time(each.lapMs, 2)}${each.est ? " EST" : ""}`,
        each.opinion && each.state === "sent" ? "○" : SIGNS[each.state],
      ]);
    });
  }

  #showFoot({ keys, said, fault, layout, profile }) {
    const { prompt } = this.#parts;
    const asks = keys.who ? QUESTIONS[keys.who] : keys.sure ? `${SURE[keys.sure]}? ENTER` : "";
    const typed = keys.digits ? `helmet ${keys.digits} ↵` : "";
    setText(prompt, [asks, typed].filter(Boolean).join(" · ") || fault || said);
    setAttribute(prompt, "data-asks", Boolean(asks || typed));
    setAttribute(prompt, "data-fault", !asks && !typed && Boolean(fault));
    for (const chip of this.querySelectorAll(".console-key")) {
      const { code } = chip.dataset;
      setText(chip.firstChild, SYMBOLS[code] ?? legend(code, layout));
      const action = PROFILES[profile].actions[code];
      const asked = keys.sure && (code === "Enter" || action?.sure === keys.sure);
      setAttribute(chip, "data-open", asked || (keys.who && action?.who === keys.who));
    }
  }

  #showHelp({ help, layout, profile }) {
    const shown = help ? `${profile} ${Boolean(layout)}` : null;
    if (shown === this.#shownHelp) return;
    this.#shownHelp = shown;
    setAttribute(this, "data-help", help);
    this.#parts.help.replaceChildren(
      ...(help
        ? [
            h("h2", null, `Keys · profile ${profile}`, h("a", printed(profile), "to print")),
            h("dl", null, ...CARD.map((line) => taught(line, layout))),
          ]
        : []),
    );
  }
}

function printed(profile) {
  return { href: `console-card.html?profile=${profile}`, target: "_blank", tabindex: "-1" };
}

/** Return a line of the card. */
function taught([codes, what], layout) {
  const keys = codes.map((code) => h("kbd", null, legend(code, layout)));
  return h("div", null, h("dt", null, ...keys), h("dd", null, what));
}

function phaseOf(sheet, board) {
  if (sheet.ended) return "ENDED";
  if (sheet.stopped) return "STOPPED";
  if (sheet.running) return "RUNNING";
  return Object.keys(board.entries ?? {}).length ? "READY" : "NO START LIST";
}

function clockText(sheet, now) {
  if (sheet.gunAt === null) return "no gun yet";
  if (sheet.ended || sheet.stopped) return "";
  return time(Math.max(Math.floor(now - sheet.gunAt), 0), 1);
}

function hour(at) {
  return new Date(at).toTimeString().slice(0, 8);
}

/** Give a list so many lines and show each. */
function fill(list, count, show) {
  while (list.children.length > count) list.lastChild.remove();
  while (list.children.length < count) list.append(h("li", null));
  for (let i = 0; i < count; i += 1) show(list.children[i], i);
}

/** Give a line its cells. */
function cells(element, texts) {
  while (element.children.length < texts.length) element.append(h("span", null));
  texts.forEach((text, i) => setText(element.children[i], text));
}
