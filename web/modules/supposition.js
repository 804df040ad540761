/** What somebody supposes of a race, as a question that the server understands. Pure. */

/** What may be decided besides: kinds by the words that boards have for them. */
export const DECISIONS = ["PEN", "YC", "RC", "ADV"];
const SANCTIONS = ["PEN", "YC", "RC"];
/** Facts that are offered as what another one might have happened before: the nearest. */
const NEAREST = 12;
const REASON = "Supposed";

/**
 * Return what may be chosen for a fact beside "as it was", as `{otherwise, people, before}`.
 *
 * `ticks` are the facts in the same list, `people` the ids of the start list.
 */
export function choices(tick, ticks, people) {
  const earlier = ticks.slice(0, ticks.indexOf(tick)).slice(-NEAREST).reverse();
  return {
    otherwise: tick.type === "PenaltyCalled" ? SANCTIONS : [],
    people: tick.competitor ? people.filter((id) => id !== tick.competitor) : [],
    before: earlier,
  };
}

/** Return a race of a question: `chosen` is what was chosen, by position; `added` what was decided besides. */
export function supposition(race, chosen, added) {
  const drop = [];
  const change = {};
  const move = [];
  for (const [position, choice] of chosen) {
    const [what, value] = choice.split(":");
    if (what === "drop") drop.push(position);
    else if (what === "before") move.push([position, Number(value)]);
    else if (what) change[position] = { [what]: value };
  }
  return { race, drop, change, move, add: added.map(({ decision, competitor }) => command(race, decision, competitor)) };
}

function command(race, decision, competitor) {
  if (decision === "ADV") return { type: "GrantAdvancement", race, competitor, reason: REASON };
  return { type: "CallPenalty", race, competitor, reason: REASON, sanction: decision };
}
