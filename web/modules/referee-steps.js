/** Where a result stands on its way from provisional to official. */

import { ended } from "./decision.js";
import { area } from "./desk-page.js";
import { h } from "./dom.js";

const STEPS = ["Provisional", "Under review", "Decided", "Announced", "Official"];

/** Whether the result was made unofficial by hand. */
export function published(desk) {
  return desk.facts.some((fact) => fact.type === "ResultPublished");
}

/** Whether a review is open, also while the board does not show it yet. */
export function reviewOpen(desk) {
  const last = desk.facts.findLast((fact) => ["ReviewOpened", "ReviewClosed"].includes(fact.type));
  return last?.type === "ReviewOpened" && !desk.result.official;
}

/** Show the steps, and which of them it is. */
export function steps(list, desk) {
  const { result } = desk;
  const waiting = (result?.pending ?? []).length > 0;
  const announced = (result?.decisions ?? []).some((each) => each.in_force && each.announced);
  const at =
    result?.official && !waiting
      ? 4
      : waiting
        ? 2
        : announced
          ? 3
          : reviewOpen(desk)
            ? 1
            : result && ended(result, desk.facts)
              ? 0
              : -1;
  area(list, [at], () =>
    STEPS.map((step, i) =>
      h("li", { "aria-current": i === at ? "step" : null, "data-done": i < at }, step),
    ),
  );
}
