/** The running order, then the result: one line a competitor, moving as they pass. */

import { h, reducedMotion, setAttribute, setText } from "../modules/dom.js";
import { gap, lapsDown, nameParts, scriptOf, statusWords, time } from "../modules/format.js";
import { word } from "../modules/words.js";
import { rows } from "../modules/race-state.js";

const MOVE_MS = 450;
const ARROW_MS = 3000;
const STACKED_FROM = 1.35;
const SMALLEST_EM = 0.45;
const SETTLED = new Set(["UNCONFIRMED", "UNOFFICIAL", "UNDER_REVIEW", "OFFICIAL", "CORRECTED"]);

export class RaceOrder extends HTMLElement {
  #list = h("ol", { class: "order-list", role: "list" });
  #lines = new Map();
  #race = null;

  #refit = () => this.#fit();
  #observer = new ResizeObserver(this.#refit);

  connectedCallback() {
    this.append(this.#list);
    this.#observer.observe(this);
    document.fonts.addEventListener("loadingdone", this.#refit);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    document.fonts.removeEventListener("loadingdone", this.#refit);
  }

  /** Show a board's competitors. */
  set board(board) {
    const fresh = board.race !== this.#race;
    this.#race = board.race;
    const before = fresh ? new Map() : this.#places();
    const competitors = rows(board);
    const ids = new Set(competitors.map((competitor) => competitor.id));
    for (const [id, line] of this.#lines) {
      if (fresh || !ids.has(id)) {
        line.element.remove();
        this.#lines.delete(id);
      }
    }
    competitors.forEach((competitor, index) => {
      const line = this.#lines.get(competitor.id) ?? this.#add(competitor.id);
      line.show(competitor, board, index);
      if (this.#list.children[index] !== line.element) {
        this.#list.insertBefore(line.element, this.#list.children[index] ?? null);
      }
    });
    setAttribute(this, "data-count", competitors.length);
    this.#fit();
    this.#animate(before);
  }

  #add(id) {
    const line = new Line(id);
    this.#lines.set(id, line);
    return line;
  }

  /** Stack names that are far too long, shrink what does not fit: none is cut. */
  #fit() {
    const lines = [...this.#lines.values()];
    for (const line of lines) line.widen();
    const needs = lines.map((line) => line.need());
    lines.forEach((line, i) => line.stack(needs[i]));
    const still = lines.map((line) => line.need());
    lines.forEach((line, i) => line.shrink(still[i]));
  }

  /** Return where every line stands: its place in the list, and its height on the screen. */
  #places() {
    const all = [...this.#list.children];
    return new Map(
      [...this.#lines].map(([id, { element }]) => [
        id,
        { index: all.indexOf(element), top: element.getBoundingClientRect().top },
      ]),
    );
  }

  /** Let every line travel from where it was (first, last, invert, play). */
  #animate(before) {
    const still = reducedMotion();
    const all = [...this.#list.children];
    for (const [id, line] of this.#lines) {
      const from = before.get(id);
      const index = all.indexOf(line.element);
      if (from === undefined || from.index === index) continue;
      line.moved(from.index > index ? "up" : "down");
      const by = from.top - line.element.getBoundingClientRect().top;
      if (still) continue;
      line.element.animate(
        [{ transform: `translateY(${by}px)` }, { transform: "none" }],
        { duration: MOVE_MS, easing: "cubic-bezier(.2,.8,.2,1)" },
      );
    }
  }
}

/** One competitor's line. */
class Line {
  #rank = h("span", { class: "line-rank" });
  #arrow = h("span", { class: "line-arrow", "aria-hidden": "true" });
  #helmet = h("span", { class: "line-helmet" });
  #noc = h("span", { class: "line-noc" });
  #name = h("span", { class: "line-name" });
  #under = h("span", { class: "line-under" });
  #status = h("span", { class: "line-status" });
  #time = h("span", { class: "line-time" });
  #gap = h("span", { class: "line-gap" });
  #shownName = null;
  #timer = null;

  constructor(id) {
    this.element = h(
      "li",
      { class: "line", "data-competitor": id },
      h("span", { class: "line-place" }, this.#rank, this.#arrow),
      this.#helmet,
      this.#noc,
      h("span", { class: "line-who" }, this.#name, this.#under),
      this.#status,
      h("span", { class: "line-figures" }, this.#time, this.#gap),
    );
  }

  show(competitor, board, index) {
    const settled = SETTLED.has(board.state);
    const status = competitor.status;
    setText(this.#rank, competitor.rank ?? (settled ? "" : board.state === "LIVE" ? "–" : ""));
    setText(this.#helmet, competitor.helmet ?? (board.relay ? "" : competitor.start_position));
    setAttribute(this.#helmet, "data-kind", competitor.helmet ? "helmet" : "start");
    setText(this.#noc, competitor.noc);
    this.#showName(competitor);
    const [words, script] = under(competitor, board);
    setText(this.#under, words);
    setAttribute(this.#under, "lang", script);
    setText(this.#status, sign(status) || markOf(competitor));
    setAttribute(this.#status, "data-status", status ?? (competitor.mark ? "mark" : null));
    setAttribute(this.#status, "title", status ? statusWords(status) : null);
    setText(this.#time, figure(competitor, board, index));
    setText(this.#gap, beneath(competitor, board, index));
    setAttribute(this.element, "data-rank", competitor.rank);
    setAttribute(this.element, "data-status", status);
    setAttribute(this.element, "data-finished", competitor.finished);
    setAttribute(this.element, "data-reviewing", board.reviewing?.includes(competitor.id));
    setAttribute(this.#time, "data-reconstructed", reconstructed(competitor));
  }

  /** Give the name its full size on one line, to be measured. */
  widen() {
    this.#name.style.fontSize = "";
    this.#name.removeAttribute("data-stacked");
  }

  /** Return how much of its width the name needs, 1 being all of it. */
  need() {
    return this.#name.scrollWidth / Math.max(this.#name.clientWidth, 1);
  }

  /** Put the family name beneath the given one, where one line would be too small to read. */
  stack(need) {
    if (need > STACKED_FROM) this.#name.setAttribute("data-stacked", "");
  }

  /** Make the name as small as it must be. */
  shrink(need) {
    if (need > 1) this.#name.style.fontSize = `${Math.max(SMALLEST_EM, 0.98 / need)}em`;
  }

  moved(direction) {
    setText(this.#arrow, direction === "up" ? "▲" : "▼");
    setAttribute(this.#arrow, "data-direction", direction);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => setText(this.#arrow, ""), ARROW_MS);
  }

  #showName({ name, family_name: family }) {
    if (this.#shownName === name) return;
    this.#shownName = name;
    this.#name.replaceChildren(
      ...nameParts(name, family).map((part) =>
        h(part.family ? "b" : "span", { class: part.family ? "family" : "given" }, part.text),
      ),
    );
  }
}

/** The sign beside a name: a code of the sport as it is, a fall in the reader's language. */
function sign(status) {
  if (!status || status === "no time") return "";
  return status === "FELL" ? statusWords(status) : status;
}

/** How somebody goes on; in brackets as long as it may still change. */
function markOf({ mark, mark_certain: certain }) {
  return mark && certain === false ? `(${mark})` : mark;
}

/** Return what stands beneath a name, and its language where that is another. */
function under(competitor, board) {
  if (competitor.penalty) {
    const { code, text } = competitor.penalty;
    return [code ? `${code} · ${text}` : text, null];
  }
  if (board.relay && board.state === "LIVE") return [competitor.skater ?? "", null];
  return [competitor.native_name ?? "", competitor.native_name ? scriptOf(competitor.noc) : null];
}

function figure(competitor, board, index) {
  if (competitor.time_ms) return time(competitor.time_ms);
  if (competitor.status === "no time") return word("no time");
  if (competitor.penalty || ["DNF", "DNS", "WDR"].includes(competitor.status)) return "";
  if (board.state !== "LIVE") return "";
  if (competitor.laps_behind) return lapsDown(competitor.laps_behind);
  if (index === 0) return competitor.elapsed_ms ? time(competitor.elapsed_ms, 2) : "";
  return gap(competitor.gap_ms);
}

function beneath(competitor, board) {
  if (competitor.time_ms) return gap(competitor.gap_ms);
  if (board.state === "LIVE" && competitor.last_lap_ms) return time(competitor.last_lap_ms, 2);
  return "";
}

/** Whether the last figure shown was filled in, and is stated by no source. */
function reconstructed(competitor) {
  const cells = Object.values(competitor.chart ?? {});
  return cells.length > 0 && cells.at(-1)[2] === "reconstructed" && !competitor.time_ms;
}
