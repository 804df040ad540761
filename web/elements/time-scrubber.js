/** A race as a line of moments to go along: crossings as ticks, decisions and falls by name. */

import { h, s, setAttribute, setText } from "../modules/dom.js";
import { time } from "../modules/format.js";
import { TABLE, translated, word } from "../modules/words.js";

const QUIET = new Set(["crossing", "up", "exchange"]);
const SIGNS = {
  gun: "M-5 -6L6 0L-5 6Z",
  fall: "M-5 -5L5 5M5 -5L-5 5",
  review: "M0 -6L6 0L0 6L-6 0Z",
  decision: "M-6 5L0 -6L6 5Z",
  announcement: "M-6 -5H6V3H0L-4 7V3H-6Z",
};
const PLAIN = "M-4 0A4 4 0 1 0 4 0A4 4 0 1 0 -4 0";

export class TimeScrubber extends HTMLElement {
  #picture = s("svg", { class: "scrub-picture", "aria-hidden": "true", focusable: "false" });
  #range = h("input", { type: "range", min: "0", value: "0", step: "1", class: "scrub-range" });
  #words = h("p", { class: "scrub-words" });
  #chips = h("div", { class: "scrub-chips" });
  #ticks = [];
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
    this.#chips.replaceChildren(
      ...ticks
        .map((tick, index) => [tick, index])
        .filter(([tick]) => !QUIET.has(tick.kind))
        .map(([tick, index]) =>
          h(
            "button",
            { type: "button", class: `chip kind-${tick.kind}`, onclick: () => this.#go(index) },
            words(tick),
          ),
        ),
    );
    this.#draw();
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
    setText(this.#words, this.#before ? "" : `${words(tick)} · ${word("positionAt", { n: tick.position })} · ${hour(tick.recorded_at)}`);
    setAttribute(this.#range, "aria-valuetext", words(tick));
    this.#picture
      .querySelectorAll("[data-index]")
      .forEach((each) => setAttribute(each, "data-passed", !this.#before && Number(each.dataset.index) <= index));
  }

  #draw() {
    const { width } = this.getBoundingClientRect();
    if (width < 40 || !this.#ticks.length) return;
    const inset = 10;
    const x = (i) => inset + ((width - 2 * inset) * i) / Math.max(this.#ticks.length - 1, 1);
    setAttribute(this.#picture, "viewBox", `0 0 ${width} 34`);
    this.#picture.replaceChildren(
      ...this.#ticks.map((tick, i) =>
        QUIET.has(tick.kind)
          ? s("line", { class: "scrub-tick", "data-index": i, x1: x(i), x2: x(i), y1: 22, y2: 32 })
          : s("path", {
              class: `scrub-sign kind-${tick.kind}`,
              "data-index": i,
              d: SIGNS[tick.kind] ?? PLAIN,
              transform: `translate(${x(i)} 12)`,
            }),
      ),
    );
    this.#tell();
  }
}

/** Return a moment in a few words: `Crossing · felix roussel · 31.20`. */
export function words(tick) {
  const when = tick.elapsed_ms === null || tick.elapsed_ms === undefined ? "" : time(tick.elapsed_ms, 2);
  const who = tick.competitor ? tick.competitor.replaceAll("-", " ") : "";
  const what = Object.hasOwn(TABLE, tick.type) ? word(tick.type) : tick.text;
  return [what, translated(tick.where), who, when].filter(Boolean).join(" · ");
}

/** Return the time of day of an instant, UTC. */
export function hour(instant) {
  return new Date(instant).toISOString().slice(11, 19);
}
