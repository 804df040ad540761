/** The one clock of a page: the server's time, and one timer for whoever shows it running. */

const TICK_MS = 100;

export class SharedClock {
  #offset = 0;
  #listeners = new Set();
  #timer = null;
  #now;

  constructor(now = () => Date.now()) {
    this.#now = now;
  }

  /** Milliseconds since 1970 by the server's clock. */
  now() {
    return this.#now() + this.#offset;
  }

  /** Set how far the server's clock is ahead of ours. */
  correct(offset) {
    this.#offset = offset;
  }

  /** Call back ten times a second until the returned function is called. */
  subscribe(listener) {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => {
      for (const each of this.#listeners) each(this.now());
    }, TICK_MS);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) {
        clearInterval(this.#timer);
        this.#timer = null;
      }
    };
  }
}

export const clock = new SharedClock();
