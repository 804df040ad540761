/** The laps to go: the largest thing on the board, and the bell. */

import { h, setAttribute, setText } from "../modules/dom.js";
import { word } from "../modules/words.js";

const AFTER = new Set(["UNCONFIRMED", "UNOFFICIAL", "UNDER_REVIEW", "OFFICIAL", "CORRECTED"]);

export class LapCounter extends HTMLElement {
  #number = h("span", { class: "lap-number" });
  #label = h("span", { class: "lap-label" });

  connectedCallback() {
    this.append(this.#number, this.#label);
  }

  /** Show a board's counter. */
  set board(board) {
    const over = AFTER.has(board.state) || board.state === "CANCELLED";
    const finish = board.state === "LIVE" && board.laps_to_go === 0;
    const bell = board.state === "LIVE" && Boolean(board.bell) && board.laps_to_go === 1;
    setText(this.#number, over || finish ? "0" : board.laps_to_go);
    setText(this.#label, finish || over ? word("finish") : label(board, bell));
    setAttribute(this, "data-bell", bell);
    setAttribute(this, "data-finish", finish || over);
    setAttribute(this, "data-laps-to-go", over || finish ? 0 : board.laps_to_go);
  }
}

function label(board, bell) {
  if (bell) return `${word("bell")} ${word("lastLap")}`;
  const one = board.laps_to_go === 1;
  if (board.state !== "LIVE") return word(one ? "lap" : "laps");
  return word(one ? "lastLap" : "lapsToGoLabel");
}
