/** The TV overlay: transparent, inside the safe area of a 16:9 picture, delayed if asked. */

import "../elements/define.js";
import { clock } from "./clock.js";
import { wait } from "./competition.js";
import { setAttribute, setText } from "./dom.js";
import { openFeed } from "./open-feed.js";
import { titled } from "./title.js";
import { translate, translated, word } from "./words.js";

const THEMES = new Set(["dark", "light", "glass"]);
const PARTS = ["tower", "clock", "laps", "chip", "ticker"];
const asked = new URLSearchParams(location.search);
const find = (selector) => document.querySelector(selector);

/** Put the parameters of the address into effect. */
function dress() {
  const theme = asked.get("theme");
  document.body.dataset.theme = THEMES.has(theme) ? theme : "dark";
  const scale = Number.parseFloat(asked.get("scale"));
  if (scale > 0) document.body.style.setProperty("--scale", String(Math.min(scale, 3)));
  const shown = asked.get("show")?.split(",") ?? PARTS;
  document.body.dataset.show = PARTS.filter((part) => shown.includes(part)).join(" ");
}

async function topic() {
  const race = asked.get("race");
  if (race && race !== "current") return `race/${race}`;
  const competition = asked.get("current") ?? asked.get("competition");
  return `current/${competition || (await wait()).id}`;
}

function show(board) {
  find(".safe").hidden = false;
  setAttribute(find(".safe"), "data-state", board.state);
  setAttribute(find(".safe"), "data-relay", board.relay);
  setText(find(".bug-name"), translated(board.name));
  setText(find(".bug-round"), translated(board.round));
  const live = board.state === "LIVE";
  const waits = board.state === "START_LIST" || board.state === "SCHEDULED";
  const bell = live && Boolean(board.bell) && board.laps_to_go === 1;
  const laps = find(".bug-laps");
  setAttribute(laps, "data-bell", bell);
  setAttribute(laps, "data-over", !live && !waits);
  setText(find(".bug-number"), live || waits ? board.laps_to_go : "");
  setText(find(".bug-label"), word(live && board.laps_to_go === 1 ? "lastLap" : live || waits ? "laps" : "finish"));
  find("state-chip").state = board.state;
  find("race-clock").board = board;
  find("hold-mark").board = board;
  setAttribute(find(".safe"), "data-held", Boolean(board.held));
  find("race-order").board = board;
  find("penalty-ticker").board = board;
  document.title = titled(`${translated(board.name)} ${translated(board.round)} · Bell Lap`, board.as_of);
}

translate(document);
dress();
const feed = openFeed([await topic()], asked, (reason) => {
  find(".safe")?.remove();
  find(".refusal").hidden = false;
  setText(find(".refusal"), reason);
});
feed.addEventListener("document", ({ detail }) => {
  if (detail.data?.race && find(".safe")) show(detail.data);
});
feed.addEventListener("status", ({ detail }) => {
  const light = find("connection-light");
  if (light) light.status = detail;
  setAttribute(document.body, "data-stale", detail.stale);
});
feed.addEventListener("time", ({ detail }) => clock.correct(detail.offset));
feed.start();
