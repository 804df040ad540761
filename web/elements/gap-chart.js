/** The gap chart: how far everybody was behind the leader, or behind any skater, lap by lap. */

import { DASHES, ticks } from "../modules/chart-lines.js";
import { h, s } from "../modules/dom.js";
import { time } from "../modules/format.js";
import { gaps, LEADER, spread, steps } from "../modules/gap-lines.js";
import { word } from "../modules/words.js";

const LEFT = 40;
const RIGHT = 128;
const TOP = 30;
const BOTTOM = 20;
const LABEL_ROOM = 18;
const LONGEST_NAME = 9;

export class GapChart extends HTMLElement {
  #select = h("select", { class: "gap-reference", onchange: () => this.#draw(true) });
  #figure = h("div", { class: "chart-figure", "aria-hidden": "true" });
  #table = h("div", { class: "visually-hidden" });
  #board = null;
  #drawn = "";
  #observer = new ResizeObserver(() => this.#draw(true));

  connectedCallback() {
    if (!this.firstChild) {
      this.append(
        h("label", { class: "gap-choice" }, h("span", null, word("gapTo")), this.#select),
        this.#figure,
        this.#table,
      );
    }
    this.#observer.observe(this.#figure);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
  }

  /** Show a board's gaps. */
  set board(board) {
    this.#board = board;
    this.#offer(board);
    this.#draw(false);
  }

  /** Offer the leader and everybody who skates as the one to be compared with. */
  #offer(board) {
    const all = gaps(board).lines;
    const key = all.map((line) => line.id).join();
    if (this.#select.dataset.key === key) return;
    this.#select.dataset.key = key;
    this.#select.replaceChildren(
      h("option", { value: LEADER }, word("leader")),
      ...all.map((line) => h("option", { value: line.id }, line.name)),
    );
  }

  #draw(anyway) {
    if (!this.#board) return;
    const found = gaps(this.#board, this.#select.value);
    const key = JSON.stringify([
      this.#board.race,
      found.reference,
      found.lines.map((line) => [line.id, line.gaps, line.marks, line.status]),
    ]);
    if (key === this.#drawn && !anyway) return;
    this.#drawn = key;
    const { width, height } = this.#figure.getBoundingClientRect();
    const room = width > 40 && height > 40 && found.lines.length > 0;
    this.#figure.replaceChildren(...(room ? [picture(this.#board, found, width, height)] : []));
    this.#table.replaceChildren(words(this.#board, found));
  }
}

function picture(board, found, width, height) {
  const total = Math.max(board.laps_total, 1);
  const x = (row) => LEFT + ((width - LEFT - RIGHT) * row) / total;
  const span = found.limit - found.lowest;
  const y = (gap) => {
    const shown = Math.min(Math.max(gap, found.lowest), found.limit);
    return TOP + ((height - TOP - BOTTOM) * (shown - found.lowest)) / span;
  };
  const svg = s("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, width, height, focusable: "false" });
  for (const row of ticks(total, width - LEFT - RIGHT)) {
    svg.append(s("text", { class: "chart-tick", x: x(row), y: 14, "text-anchor": "middle" }, String(row)));
  }
  for (const gap of steps(found.lowest, found.limit)) {
    svg.append(
      s("line", { class: gap === 0 ? "chart-zero" : "chart-grid", x1: LEFT, x2: x(total), y1: y(gap), y2: y(gap) }),
      s("text", { class: "chart-tick", x: LEFT - 6, y: y(gap) + 5, "text-anchor": "end" }, seconds(gap)),
    );
  }
  for (const line of [...found.lines].reverse()) svg.append(drawn(line, x, y));
  svg.append(...labels(found, x, y, height));
  return svg;
}

function drawn(line, x, y) {
  const group = s("g", { class: `chart-line line-${line.index % 10}`, "data-competitor": line.id });
  if (line.gaps.length === 0) return group;
  group.append(
    s("polyline", {
      class: "chart-path",
      points: line.gaps.map(({ row, gap }) => `${x(row)},${y(gap)}`).join(" "),
      "stroke-dasharray": DASHES[line.index % DASHES.length] || null,
    }),
  );
  const last = line.gaps.at(-1);
  group.append(s("circle", { class: "chart-head", cx: x(last.row), cy: y(last.gap), r: 5 }));
  for (const mark of line.marks) group.append(sign(mark, line, x, y));
  return group;
}

/** Return the sign of what befell a competitor, halfway through the lap in which it did. */
function sign(mark, line, x, y) {
  const before = line.gaps.findLast((point) => point.row < mark.row) ?? line.gaps[0];
  const after = line.gaps.find((point) => point.row >= mark.row) ?? line.gaps.at(-1);
  const [cx, cy] = [(x(before.row) + x(after.row)) / 2, (y(before.gap) + y(after.gap)) / 2];
  if (mark.kind === "fall") {
    return s(
      "g",
      { class: "chart-fall" },
      s("circle", { cx, cy, r: 9 }),
      s("path", { d: `M${cx - 4} ${cy - 4}l8 8m0 -8l-8 8` }),
    );
  }
  if (mark.kind === "exchange") return s("path", { class: "chart-exchange", d: `M${cx} ${cy - 5}l5 5l-5 5l-5 -5z` });
  if (mark.kind === "penalty") {
    const [px, py] = [x(after.row), y(after.gap)];
    return s(
      "g",
      { class: "chart-penalty" },
      s("rect", { x: px - 8, y: py - 8, width: 16, height: 16, rx: 3 }),
      s("text", { x: px, y: py + 5, "text-anchor": "middle" }, "P"),
    );
  }
  return s("g");
}

function labels(found, x, y, height) {
  const ended = found.lines.filter((line) => line.gaps.length > 0);
  const wanted = ended.map((line) => y(line.gaps.at(-1).gap));
  const at = spread(wanted, LABEL_ROOM, TOP, height - BOTTOM);
  return ended.map((line, i) => {
    const { row, gap } = line.gaps.at(-1);
    const name = line.family_name || line.name;
    const short = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
    return s(
      "g",
      { class: `line-${line.index % 10}` },
      s("text", { class: "chart-label", x: x(row) + (line.marks.some((mark) => mark.pending) ? 16 : 10), y: at[i] + 5 }, `${short} ${gap ? seconds(gap) : "0"}`),
    );
  });
}

/** 1234 → "+1.23", -200 → "−0.20". */
function seconds(ms) {
  if (ms === 0) return "0";
  return `${ms < 0 ? "−" : "+"}${time(Math.abs(ms), 2)}`;
}

/** The same as a table, for those who hear the page. */
function words(board, found) {
  const total = Math.max(0, ...found.lines.map((line) => line.last.row));
  const body = Array.from({ length: total }, (_, i) => {
    const cells = found.lines.flatMap((line) => {
      const point = line.gaps.find(({ row }) => row === i + 1);
      return point ? [{ name: line.name, gap: point.gap }] : [];
    });
    cells.sort((a, b) => a.gap - b.gap);
    const text = cells.map(({ name, gap }) => `${name} ${seconds(gap)}`).join(", ");
    return h("tr", null, h("th", { scope: "row" }, word("lapNumber", { n: i + 1 })), h("td", null, text));
  });
  return h("table", null, h("caption", null, word("gapTable")), h("tbody", null, ...body));
}
