/** What a race needs of its referee and its secretary, from the review to the signed sheet. */

import { may } from "./api.js";
import { ended } from "./decision.js";
import { holdOf, mayHold } from "./desk-hold.js";
import { area, key } from "./desk-page.js";
import { published, reviewOpen } from "./referee-steps.js";

const OVER = ["UNCONFIRMED", "UNDER_REVIEW"];

/**
 * Show the keys that this official may press now.
 *
 * `armed` is the key that was tapped once, and whether it may be tapped again; `arm` names it: what the public sees takes two taps.
 */
export function raceKeys(box, desk, { draft, armed, arm, act, bookmark }) {
  const { result } = desk;
  if (!result) return;
  const now = moment(desk);
  const twice = (name, label, sure, kind, command) =>
    armed?.name === name
      ? key(sure, {
          kind: `${kind} danger`,
          "data-do": name,
          disabled: !armed.ready,
          onclick: () => {
            arm(null);
            act(command);
          },
        })
      : key(label, { kind, "data-do": name, onclick: () => arm(name) });
  // What is on its way is not asked for again.
  const unsent = (type, label) =>
    desk.waiting(type) ? key(`${label}: unsent`, { disabled: true }) : null;
  area(box, [now, draft.competitor, draft.victim, armed?.name, armed?.ready], () =>
    [
      now.referee && now.started && !now.reviewing && !result.official
        ? key("Open review", { kind: "hold", onclick: () => act(review(desk, draft)) })
        : null,
      // What was decided is announced, not closed with a word that there was nothing.
      now.referee && now.reviewing && !now.waiting
        ? twice("close", "Close review…", `Tap again: ${now.outcome.toLowerCase()}`, "hold", {
            type: "CloseReview",
            outcome: now.outcome,
          })
        : null,
      now.referee && now.started && !now.over
        ? unsent("EndRace", "End of the race") ??
          twice("end", "End of the race…", "Tap again: the race is over", "", { type: "EndRace" })
        : null,
      now.referee && now.over && OVER.includes(result.state) && !now.published
        ? unsent("PublishResult", "Result unofficial") ??
          twice("publish", "Result unofficial…", "Tap again: everybody sees it", "", {
            type: "PublishResult",
          })
        : null,
      now.mayHold && !now.held && !result.official
        ? key("Hold public board", { "data-do": "hold", onclick: () => act({ type: "HoldPublicBoard" }) })
        : null,
      now.marks ? key("Bookmark", { "data-do": "bookmark", onclick: bookmark }) : null,
      now.secretary && result.official ? signature(result, twice) : null,
    ].filter(Boolean),
  );
}

function signature(result, twice) {
  const { revision, signed } = result;
  if (signed) return key(`Sheet ${revision} signed`, { kind: "sign", disabled: true });
  const command = { type: "SignSheet", revision };
  return twice("sign", `Sign sheet ${revision}`, "Tap again: I sign this sheet", "sign", command);
}

/** Return where the race stands, as far as the keys depend on it. */
function moment(desk) {
  const { result, facts, who } = desk;
  const announced = (result.decisions ?? []).some((each) => each.in_force && each.announced);
  return {
    state: result.state,
    revision: result.revision,
    signed: result.signed,
    referee: may(who, "referee", "chief-referee"),
    secretary: may(who, "secretary"),
    marks: may(who, "referee", "chief-referee", "photo-finish"),
    started: !["SCHEDULED", "START_LIST"].includes(desk.own.state),
    over: ended(result, facts),
    published: published(desk),
    reviewing: Boolean(desk.board?.state === "UNDER_REVIEW" || reviewOpen(desk)),
    mayHold: mayHold(who),
    held: Boolean(holdOf(desk)),
    waiting: (result.pending ?? []).length > 0,
    unsent: ["EndRace", "PublishResult"].map((type) => Boolean(desk.waiting(type))),
    outcome: announced ? "Decided" : "No infringement",
  };
}

function review(desk, draft) {
  const competitors = [draft.competitor, draft.victim].filter(Boolean);
  const names = competitors.map((each) => desk.name(each)).join(", ");
  return {
    type: "OpenReview",
    reason: names ? `Possible infringement: ${names}` : "Possible infringement",
    competitors,
  };
}
