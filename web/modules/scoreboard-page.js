/** The venue board: one race, or whichever race of a competition is current. */

import "../elements/define.js";
import { clock } from "./clock.js";
import { wait } from "./competition.js";
import { setText } from "./dom.js";
import { Names } from "./names.js";
import { openFeed } from "./open-feed.js";
import { translate } from "./words.js";

translate(document);

const asked = new URLSearchParams(location.search);
const board = document.querySelector("race-board");

/** An LED wall has exactly so many pixels, wherever the browser's window ends. */
function fitWall() {
  const [width, height] = [asked.get("width"), asked.get("height")].map((n) => Number.parseInt(n, 10));
  if (width > 0 && height > 0) {
    document.body.classList.add("wall");
    board.style.width = `${width}px`;
    board.style.height = `${height}px`;
  }
}

async function topic() {
  const race = asked.get("race");
  if (race) return `race/${race}`;
  const competition = asked.get("competition");
  return `current/${competition ?? (await wait()).id}`;
}

let names = null;
let held = null;

/** Show a board with the names that its competition's entries give. */
function show() {
  board.board = names.dress(held);
  document.body.classList.add("has-board");
}

fitWall();
const feed = openFeed([await topic()], asked, (reason) => {
  setText(document.querySelector(".waiting"), reason);
});
feed.addEventListener("document", ({ detail }) => {
  if (!detail.data?.race) return;
  held = detail.data;
  names ??= new Names(held.competition, show);
  show();
});
feed.addEventListener("status", ({ detail }) => {
  board.status = detail;
});
feed.addEventListener("time", ({ detail }) => clock.correct(detail.offset));
feed.start();
