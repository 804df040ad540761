/** What could not be sent: kept in this browser, sent again until it is answered. */

import { identity, nextNumber, Problem, resend, Unreachable } from "./api.js";

const KEPT = "bell-lap.unsent";
const PAUSE_MS = 2000;

/** Return commands under the numbers that they keep, however often they are sent. */
function enveloped(commands, occurredAt) {
  const { official, device } = identity();
  return commands.map((command) => ({
    command,
    official: official ?? device,
    device,
    device_seq: nextNumber(),
    occurred_at: new Date(occurredAt).toISOString(),
  }));
}

/** Events: `change` when the number of batches waiting is another, `refused` ({detail}) by the server. */
export class Unsent extends EventTarget {
  #timer = null;
  #sending = null;

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
    const batch = enveloped(commands, occurredAt);
    if (this.depth > 0) await this.#again();
    if (this.depth > 0) return this.#keep(batch);
    try {
      return await resend(batch);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      return this.#keep(batch);
    }
  }

  #keep(batch) {
    this.#write([...this.#read(), batch]);
    return null;
  }

  #again() {
    this.#sending ??= this.#all().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #all() {
    for (let first = this.#read()[0]; first; first = this.#read()[0]) {
      try {
        await resend(first);
      } catch (error) {
        if (!(error instanceof Problem)) return;
        this.dispatchEvent(new CustomEvent("refused", { detail: error.detail }));
      }
      // Another page of this browser may have sent it, too, and what follows it.
      const number = first[0].device_seq;
      this.#write(this.#read().filter((batch) => batch[0].device_seq !== number));
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
