/** Keys of two taps: the first asks, the second counts once the question can have been read. */

import { key } from "./desk-page.js";

/** A double tap is one tap; and what was asked long ago is not answered by accident. */
const READING_MS = 400;
const ASKED_MS = 8000;

export class Twice {
  #asked = null;
  #changed;
  #timer = null;

  /** `changed` is called whenever a key is another than before. */
  constructor(changed) {
    this.#changed = changed;
  }

  /** What of its keys can change, for `area`. */
  get state() {
    return this.#asked && [this.#asked.name, this.#asked.ready];
  }

  /** Ask nothing. */
  forget() {
    clearTimeout(this.#timer);
    this.#asked = null;
  }

  /** Return the key of an act: `label` asks, `sure` does it. */
  key(name, { label, sure, act }) {
    if (this.#asked?.name !== name) {
      return key(label, { "data-do": name, onclick: () => this.#ask(name) });
    }
    return key(sure, {
      kind: "danger",
      "data-do": name,
      disabled: !this.#asked.ready,
      onclick: () => {
        this.forget();
        this.#changed();
        act();
      },
    });
  }

  #ask(name) {
    this.forget();
    const asked = { name, ready: false };
    this.#asked = asked;
    this.#timer = setTimeout(() => {
      asked.ready = true;
      this.#changed();
      this.#timer = setTimeout(() => {
        this.forget();
        this.#changed();
      }, ASKED_MS);
    }, READING_MS);
    this.#changed();
  }
}
