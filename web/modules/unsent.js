/** What could not be sent: kept in this browser, sent again until it is answered. */

import { Problem, resend, send, Unreachable } from "./api.js";

const KEPT = "bell-lap.unsent";
const PAUSE_MS = 2000;

/** Events: `change` when the number of batches waiting is another, `refused` ({detail}) by the server. */
export class Unsent extends EventTarget {
  #timer = null;
  #sending = false;

  /** How many batches wait. */
  get depth() {
    return this.#read().length;
  }

  start() {
    this.#timer ??= setInterval(() => this.#again(), PAUSE_MS);
    this.#again();
  }

  /**
   * Send commands at the instant they happened; null when they wait for the network.
   *
   * What waits keeps its order: nothing overtakes it. Throws the server's Problem.
   */
  async send(commands, occurredAt) {
    if (this.depth > 0) await this.#again();
    try {
      return await send(commands, { occurredAt });
    } catch (error) {
      if (!(error instanceof Unreachable) || !error.envelopes) throw error;
      this.#write([...this.#read(), error.envelopes]);
      return null;
    }
  }

  async #again() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let first = this.#read()[0]; first; first = this.#read()[0]) {
        try {
          await resend(first);
        } catch (error) {
          if (!(error instanceof Problem)) return;
          this.dispatchEvent(new CustomEvent("refused", { detail: error.detail }));
        }
        this.#write(this.#read().slice(1));
      }
    } finally {
      this.#sending = false;
    }
  }

  #read() {
    return JSON.parse(localStorage.getItem(KEPT) ?? "[]");
  }

  #write(batches) {
    localStorage.setItem(KEPT, JSON.stringify(batches));
    this.dispatchEvent(new CustomEvent("change"));
  }
}
