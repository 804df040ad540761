/** A race as a line of moments to go along: crossings as ticks, decisions and falls by name. */

import { h, s, setAttribute } from "../modules/dom.js";
import { clockTime, daysApart, stamp } from "../modules/instants.js";
import { spelled, words } from "../modules/tick-words.js";
import { word } from "../modules/words.js";

const QUIET = new Set(["crossing", "up", "exchange"]);
const SIGNS = {
  gun: "M-5 -6L6 0L-5 6Z",
  fall: "M-5 -5L5 5M5 -5L-5 5",
  review: "M0 -6L6 0L0 6L-6 0Z",
  decision: "M-6 5L0 -6L6 5Z",
  announcement: "M-6 -5H6V3H0L-4 7V3H-6Z",
};
/** Pixels that a sign needs; where moments stand closer together, each is a line. */
const SIGN_WIDE = 14;
/** How many moments are named at once: those around the one that is shown. */
const NAMED_LIMIT = 60;
/** Pixels that are seen of the name before the one that is shown. */
const BESIDE = 40;
const PLAIN = "M-4 0A4 4 0 1 0 4 0A4 4 0 1 0 -4 0";

export class TimeScrubber extends HTMLElement {
  #picture = s("svg", { class: "scrub-picture", "aria-hidden": "true", focusable: "false" });
  #range = h("input", { type: "range", min: "0", value: "0", step: "1", class: "scrub-range" });
  #words = h("p", { class: "scrub-words" });
  #at = document.createElement("exact-instant");
  #chips = h("div", { class: "scrub-chips" });
  #ticks = [];
  /** The moments that are named, by their places among all, and which of them are there now. */
  #named = [];
  #from = -1;
  #said = null;
  /** Whether the moments lie on several days. */
  #dated = false;
  /** Whether the moment that is shown is before all that is marked. */
  #before = false;
  #observer = new ResizeObserver(() => this.#draw());

  connectedCallback() {
    if (!this.firstChild) {
      this.#range.setAttribute("aria-label", this.getAttribute("label") ?? "Moment");
      this.append(this.#picture, this.#range, this.#words, this.#chips);
      this.#range.addEventListener("input", () => this.#moved());
    }
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
  }

  /** Show a race's moments, in order. */
  set ticks(ticks) {
    this.#ticks = ticks;
    this.#range.max = String(Math.max(ticks.length - 1, 0));
    this.#named = ticks.map((_, index) => index).filter((index) => !QUIET.has(ticks[index].kind));
    this.#dated = daysApart(ticks[0]?.recorded_at, ticks.at(-1)?.recorded_at);
    this.#from = -1;
    this.#name();
    this.#draw();
  }

  /** Name the moments around the one that is shown: of a season there are too many for one row. */
  #name() {
    const last = Math.max(this.#named.length - NAMED_LIMIT, 0);
    const at = this.#named.findLastIndex((index) => index <= Number(this.#range.value));
    const inside = at >= this.#from && at < this.#from + NAMED_LIMIT;
    if (this.#from >= 0 && (inside || last === 0)) {
      this.#point(at);
      return;
    }
    this.#from = Math.min(Math.max(at - NAMED_LIMIT / 2, 0), last);
    this.#chips.replaceChildren(
      ...this.#named.slice(this.#from, this.#from + NAMED_LIMIT).map((index) => {
        const tick = this.#ticks[index];
        const properties = { type: "button", class: `chip kind-${tick.kind}`, onclick: () => this.#go(index) };
        return h("button", properties, ...spelled(tick));
      }),
    );
    this.#point(at);
  }

  /** Mark the name of the moment that is shown, and bring it into sight where the row scrolls. */
  #point(at) {
    const chips = [...this.#chips.children];
    const chosen = this.#before ? null : chips[at - this.#from];
    for (const chip of chips) setAttribute(chip, "aria-current", chip === chosen ? "true" : null);
    if (chosen) this.#chips.scrollLeft = chosen.offsetLeft - this.#chips.offsetLeft - BESIDE;
  }

  /** The log position of the moment that is chosen. */
  get position() {
    return this.#ticks[Number(this.#range.value)]?.position ?? null;
  }

  set position(position) {
    const index = this.#ticks.findLastIndex((tick) => tick.position <= position);
    this.#before = index < 0;
    this.#range.value = String(Math.max(index, 0));
    this.#tell();
  }

  #go(index) {
    this.#range.value = String(index);
    this.#moved();
  }

  #moved() {
    this.#before = false;
    this.#tell();
    this.dispatchEvent(new CustomEvent("moment", { detail: this.position }));
  }

  #tell() {
    const index = Number(this.#range.value);
    const tick = this.#ticks[index];
    if (!tick) return;
    this.#name();
    this.#say(this.#before ? null : tick);
    setAttribute(this.#range, "aria-valuetext", words(tick));
    this.#picture
      .querySelectorAll("[data-index]")
      .forEach((each) => setAttribute(each, "data-passed", !this.#before && Number(each.dataset.index) <= index));
  }

  /** Say which moment is shown, with its instant. */
  #say(tick) {
    const key = JSON.stringify(tick);
    if (this.#said === key) return;
    this.#said = key;
    if (!tick) {
      this.#words.replaceChildren();
      return;
    }
    const when = (this.#dated ? stamp : clockTime)(tick.recorded_at);
    this.#at.show(tick.recorded_at, when);
    const said = [...spelled(tick, { full: true }), ` · ${word("positionAt", { n: tick.position })} · `];
    // What has the focus stays where it is.
    if (this.#at.parentElement !== this.#words) this.#words.replaceChildren(this.#at);
    while (this.#words.firstChild !== this.#at) this.#words.firstChild.remove();
    this.#at.before(...said);
  }

  #draw() {
    const { width } = this.getBoundingClientRect();
    if (width < 40 || !this.#ticks.length) return;
    const inset = 10;
    const x = (i) => inset + ((width - 2 * inset) * i) / Math.max(this.#ticks.length - 1, 1);
    const line = (i, properties) => s("line", { "data-index": i, x1: x(i), x2: x(i), ...properties });
    const crowded = width - 2 * inset < SIGN_WIDE * (this.#named.length - 1);
    setAttribute(this.#picture, "viewBox", `0 0 ${width} 34`);
    this.#picture.replaceChildren(
      ...this.#ticks.map((tick, i) => {
        if (QUIET.has(tick.kind)) return line(i, { class: "scrub-tick", y1: 22, y2: 32 });
        if (crowded) return line(i, { class: `scrub-sign scrub-line kind-${tick.kind}`, y1: 4, y2: 32 });
        return s("path", {
          class: `scrub-sign kind-${tick.kind}`,
          "data-index": i,
          d: SIGNS[tick.kind] ?? PLAIN,
          transform: `translate(${x(i)} 12)`,
        });
      }),
    );
    this.#tell();
  }
}
