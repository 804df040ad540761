/** The running clock of a race; it stops with the leader or a hold, and is never sent by the server. */

import { clock } from "../modules/clock.js";
import { setAttribute, setText } from "../modules/dom.js";
import { time } from "../modules/format.js";

/** No race is skated for so long: its gun was fired by the clock of another day, told again now. */
const LONGEST_MS = 30 * 60_000;

export class RaceClock extends HTMLElement {
  #unsubscribe = null;
  #board = null;
  #leader = { elapsed: 0, at: 0 };

  disconnectedCallback() {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
  }

  /** Show a board's clock. */
  set board(board) {
    this.#board = board;
    const elapsed = Math.max(0, ...Object.values(board.entries ?? {}).map((e) => e.elapsed_ms ?? 0));
    if (elapsed !== this.#leader.elapsed) this.#leader = { elapsed, at: clock.now() };
    // A board of a moment that has passed stands still, at what had been measured by then.
    const runs = racing(board) && !board.as_of && !board.held;
    setAttribute(this, "data-held", racing(board) && Boolean(board.held));
    if (runs && !this.#unsubscribe) {
      this.#unsubscribe = clock.subscribe(() => this.#show());
    } else if (!runs) {
      this.#unsubscribe?.();
      this.#unsubscribe = null;
    }
    this.#show();
  }

  #show() {
    const board = this.#board;
    if (board.as_of && !board.finished_ms && board.started_at_ms) {
      setText(this, this.#leader.elapsed ? time(this.#leader.elapsed, 2) : "0.0");
    } else if (board.finished_ms) setText(this, time(board.finished_ms));
    else if (board.held && racing(board)) {
      // It stands at the instant of the hold; a hold that came late stands at what was measured.
      setText(this, time(Math.max(board.held.at_ms - board.started_at_ms, this.#leader.elapsed, 0), 1));
    } else if (this.#unsubscribe) {
      // What was measured at the line is never behind the clock that runs on from it.
      const now = clock.now();
      const measured = this.#leader.elapsed ? this.#leader.elapsed + now - this.#leader.at : 0;
      const since = now - board.started_at_ms;
      setText(this, time(Math.floor(Math.max(since < LONGEST_MS ? since : 0, measured, 0)), 1));
    } else setText(this, "");
  }
}

/** Whether the board's race is being skated. */
function racing(board) {
  return board.state === "LIVE" && Boolean(board.started_at_ms) && !board.stopped && board.laps_to_go > 0;
}
