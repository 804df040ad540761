/** A race in sentences for those who hear the page: every few seconds, at once when it matters. */

import { lapSentence, time } from "./format.js";
import { rows } from "./race-state.js";

const SAY_EVERY_MS = 5000;

export class Summary {
  #said = -Infinity;
  #last = "";
  #now;

  constructor(now = () => Date.now()) {
    this.#now = now;
  }

  /** Return what is to be said of a board now, or null. */
  of(board) {
    const now = this.#now();
    const urgent = board.state !== "LIVE" || board.laps_to_go <= 1;
    if (!urgent && now - this.#said < SAY_EVERY_MS) return null;
    const order = rows(board)
      .filter((row) => row.rank)
      .map((row) => `${row.rank} ${row.name}${row.time_ms ? ` ${time(row.time_ms)}` : ""}`)
      .join(", ");
    const sentence = `${lapSentence(board)}. ${order}`;
    if (sentence === this.#last) return null;
    this.#said = now;
    this.#last = sentence;
    return sentence;
  }
}
