/** Who won, once it is official. */

import { h } from "../modules/dom.js";
import { time } from "../modules/format.js";
import { rows } from "../modules/race-state.js";
import { spelledName } from "../modules/spelled-name.js";

const OFFICIAL = new Set(["OFFICIAL", "CORRECTED"]);
const PLACES = 3;

export class RacePodium extends HTMLElement {
  #shown = "";

  /** Show the first three of an official board, and nothing of any other. */
  set board(board) {
    const first = OFFICIAL.has(board.state)
      ? rows(board).filter((row) => row.rank && row.rank <= PLACES)
      : [];
    const key = JSON.stringify([board.race, first]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.hidden = first.length === 0;
    this.replaceChildren(
      h(
        "ol",
        { class: "podium", role: "list", "data-final": board.round === "Final A" },
        ...first.map((row) =>
          h(
            "li",
            { class: "step", "data-place": row.rank, "data-competitor": row.id },
            h("span", { class: "step-place" }, String(row.rank)),
            h("span", { class: "step-noc" }, row.noc),
            h(
              "span",
              { class: "step-name" },
              ...spelledName(row),
            ),
            h("span", { class: "step-time" }, row.time_ms ? time(row.time_ms) : (row.status ?? "")),
          ),
        ),
      ),
    );
    requestAnimationFrame(() => this.#fit());
  }

  /** Shrink names that do not fit; they are never cut. */
  #fit() {
    for (const name of this.querySelectorAll(".step-name")) {
      const needed = name.scrollWidth / Math.max(name.clientWidth, 1);
      if (needed > 1) name.style.fontSize = `${Math.max(0.5, 0.98 / needed)}em`;
    }
  }
}
