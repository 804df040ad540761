/** The lap chart: who lay where at the end of every lap, with falls, exchanges and penalties. */

import { DASHES, lines, table, ticks } from "../modules/chart-lines.js";
import { h, s } from "../modules/dom.js";
import { time } from "../modules/format.js";
import { word } from "../modules/words.js";

const LEFT = 34;
const RIGHT = 128;
const TOP = 26;
const BOTTOM = 14;
const ROOM_FOR_A_LABEL = 30;
/** From this size on, letters grow with the chart. */
const WALL = [560, 320];

export class LapChart extends HTMLElement {
  #figure = h("div", { class: "chart-figure", "aria-hidden": "true" });
  #table = h("div", { class: "visually-hidden" });
  #legend = h("p", { class: "chart-legend" });
  #drawn = "";
  #board = null;
  #observer = new ResizeObserver(() => this.#draw(true));

  connectedCallback() {
    if (!this.firstChild) {
      this.append(this.#figure, this.#legend, this.#table);
    }
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
  }

  /** Show a board's laps. */
  set board(board) {
    this.#board = board;
    this.#draw(false);
  }

  /** Return how much larger its letters are drawn: on a wall they grow with the board. */
  #scale(width, height) {
    if (!this.closest("race-board")) return 1;
    return Math.max(1, Math.min(width / WALL[0], height / WALL[1]));
  }

  #draw(anyway) {
    if (!this.#board) return;
    const all = lines(this.#board);
    const key = JSON.stringify([
      this.#board.race,
      this.#board.laps_total,
      all.map((line) => [line.id, line.points, line.marks, line.status]),
    ]);
    if (key === this.#drawn && !anyway) return;
    this.#drawn = key;
    const { width, height } = this.#figure.getBoundingClientRect();
    if (width < 40 || height < 40 || all.length === 0) {
      this.#figure.replaceChildren();
    } else {
      this.#figure.replaceChildren(picture(this.#board, all, width, height, this.#scale(width, height)));
    }
    this.#legend.replaceChildren(...legend(all));
    this.#table.replaceChildren(words(this.#board));
  }
}

function picture(board, all, shownWidth, shownHeight, scale) {
  const [width, height] = [shownWidth / scale, shownHeight / scale];
  const total = Math.max(board.laps_total, 1);
  const x = (row) => LEFT + ((width - LEFT - RIGHT) * row) / total;
  const y = (rank) =>
    TOP + (all.length === 1 ? 0 : ((height - TOP - BOTTOM) * (rank - 1)) / (all.length - 1));
  const svg = s("svg", {
    class: "chart",
    viewBox: `0 0 ${width} ${height}`,
    width: shownWidth,
    height: shownHeight,
    focusable: "false",
  });
  for (const row of ticks(total, width - LEFT - RIGHT)) {
    svg.append(
      s("line", { class: "chart-grid", x1: x(row), x2: x(row), y1: TOP - 8, y2: height - 4 }),
      s("text", { class: "chart-tick", x: x(row), y: 12, "text-anchor": "middle" }, String(row)),
    );
  }
  if (board.state === "LIVE" && board.laps_to_go > 0) {
    const from = x(board.lap - 1);
    svg.append(
      s("rect", {
        class: "chart-now",
        x: from,
        width: x(board.lap) - from,
        y: TOP - 8,
        height: height - TOP + 4,
      }),
    );
  }
  for (const line of [...all].reverse()) svg.append(drawn(line, x, y, all.length));
  return svg;
}

function drawn(line, x, y) {
  const group = s("g", { class: `chart-line line-${line.index % 10}`, "data-competitor": line.id });
  group.append(
    s("path", {
      class: "chart-path",
      d: path(line.points.map((point) => [x(point.row), y(point.rank)])),
      "stroke-dasharray": DASHES[line.index % DASHES.length] || null,
    }),
  );
  const [start, end] = [line.points[0], line.last];
  group.append(
    s(
      "text",
      { class: "chart-start", x: LEFT - 12, y: y(start.rank) + 5, "text-anchor": "end" },
      String(line.start_position),
    ),
  );
  if (end.row > 0) group.append(s("circle", { class: "chart-head", cx: x(end.row), cy: y(end.rank), r: 6 }));
  for (const mark of line.marks) group.append(marked(mark, line, x, y));
  const sign = String(line.helmet ?? line.noc);
  const name = shortName(line);
  const label = sign === name ? name : `${sign} ${name}`;
  // Who is down stands still while others come by: the label keeps out of their way.
  const down = line.marks.some((mark) => mark.pending && mark.kind === "fall");
  const status = line.status && line.status !== "FELL" && line.status !== "no time";
  // Between close lines there is no room above: the start position and the sign say who it is.
  if (down && y(2) - y(1) < ROOM_FOR_A_LABEL) return group;
  group.append(
    s(
      "text",
      { class: "chart-label", x: x(end.row) + (down ? 0 : 12), y: y(end.rank) + (down ? -14 : 5) },
      status ? `${label} ${line.status}` : label,
    ),
  );
  return group;
}

function marked(mark, line, x, y) {
  const at = mark.pending ? line.last.row + 0.5 : mark.row - 0.5;
  const before = line.points.findLast((point) => point.row < mark.row) ?? line.last;
  const rank = mark.pending ? line.last.rank : (before.rank + mark.rank) / 2;
  const [cx, cy] = [x(at), y(rank)];
  if (mark.kind === "fall") {
    return s(
      "g",
      { class: "chart-fall" },
      s("circle", { cx, cy, r: 9 }),
      s("path", { d: `M${cx - 4} ${cy - 4}l8 8m0 -8l-8 8` }),
    );
  }
  if (mark.kind === "exchange") {
    return s("path", { class: "chart-exchange", d: `M${cx} ${cy - 5}l5 5l-5 5l-5 -5z` });
  }
  if (mark.kind === "penalty") {
    const [px, py] = [x(mark.pending ? line.last.row : mark.row), y(mark.rank)];
    return s(
      "g",
      { class: "chart-penalty" },
      s("rect", { x: px - 8, y: py - 8, width: 16, height: 16, rx: 3 }),
      s("text", { x: px, y: py + 5, "text-anchor": "middle" }, "P"),
    );
  }
  return s("g");
}

/** Return a path through points that leaves and arrives level, so that passing reads as a move. */
function path(points) {
  return points
    .map(([px, py], i) => {
      if (i === 0) return `M${px} ${py}`;
      const [qx, qy] = points[i - 1];
      const middle = (px - qx) / 2;
      return `C${qx + middle} ${qy} ${px - middle} ${py} ${px} ${py}`;
    })
    .join("");
}

function shortName(line) {
  const name = line.family_name || line.name;
  return name.length > 14 ? `${name.slice(0, 13)}…` : name;
}

function legend(all) {
  const found = [];
  if (all.some((line) => line.marks.some((mark) => mark.kind === "fall"))) {
    found.push(h("span", { class: "legend-fall" }, `⊗ ${word("fall")}`));
  }
  if (all.some((line) => line.marks.some((mark) => mark.kind === "exchange"))) {
    found.push(h("span", { class: "legend-exchange" }, `◆ ${word("exchange")}`));
  }
  if (all.some((line) => line.marks.some((mark) => mark.kind === "penalty"))) {
    found.push(h("span", { class: "legend-penalty" }, `P ${word("penalty")}`));
  }
  if (all.some((line) => line.points.some((point) => point.source === "reconstructed"))) {
    found.push(h("span", { class: "legend-reconstructed" }, word("reconstructed")));
  }
  return found;
}

/** The same as a table, for those who hear the page. */
function words(board) {
  const body = table(board).map(({ row, order }) =>
    h(
      "tr",
      null,
      h("th", { scope: "row" }, word("lapNumber", { n: row })),
      h(
        "td",
        null,
        order
          .map(({ name, elapsed }, i) => `${i + 1} ${name}${elapsed ? ` ${time(elapsed, 2)}` : ""}`)
          .join(", "),
      ),
    ),
  );
  return h("table", null, h("caption", null, word("lapTable")), h("tbody", null, ...body));
}
