/** A decision as it is being made: what is asked of the server, before and when it is sent. Pure. */

const ENDED = new Set(["UNCONFIRMED", "UNOFFICIAL", "OFFICIAL", "CORRECTED"]);

/** A decision that says nothing yet. */
export function blank() {
  return {
    sanction: "PEN",
    competitor: null,
    infringement: "",
    reason: "",
    zone: null,
    lap: null,
    victim: null,
    advance: false,
    final: null,
    cause: null,
  };
}

/** Whether a draft says enough to be decided. */
export function complete(draft) {
  return Boolean(draft.competitor && draft.reason);
}

/**
 * Return the commands of a draft.
 *
 * `next` is the version that its penalty will have, so that an advancement can name its cause.
 */
export function commands(race, draft, { embargo, next = null }) {
  if (draft.sanction === "ADV") {
    return [advancement(race, draft, { who: draft.competitor, cause: draft.cause, embargo })];
  }
  const penalty = {
    type: "CallPenalty",
    race,
    competitor: draft.competitor,
    sanction: draft.sanction,
    infringement: draft.infringement,
    reason: draft.reason,
    zone: draft.zone,
    lap: draft.lap,
    victim: draft.victim,
    embargo,
  };
  if (!draft.advance || !draft.victim) return [penalty];
  return [penalty, advancement(race, draft, { who: draft.victim, cause: next, embargo })];
}

function advancement(race, draft, { who, cause, embargo }) {
  const reason = draft.sanction === "ADV" ? draft.reason : `Impeded: ${draft.reason}`;
  return {
    type: "GrantAdvancement",
    race,
    competitor: who,
    final: draft.final,
    cause,
    reason,
    embargo,
  };
}

/** Whether the end of the race has been declared, by its facts. */
export function ended(result, facts) {
  if (result.state !== "UNDER_REVIEW") return ENDED.has(result.state);
  const gone = new Set(facts.filter((f) => f.type === "FactRetracted").map((f) => f.data.target));
  return facts.some(
    (f) => f.type === "RaceEnded" && f.data.attempt === result.attempt && !gone.has(f.version),
  );
}

/** Return the commands that would settle a race, with all that waits; none while it is skated. */
export function settling(result, facts, reason = "Decision of the referee") {
  const race = result.race;
  if (result.official) return [{ type: "CorrectResult", race, reason }];
  if (!ended(result, facts)) {
    if (result.state !== "UNDER_REVIEW") return [];
    return [
      { type: "EndRace", race },
      { type: "DeclareResultOfficial", race, announce: true },
    ];
  }
  return [{ type: "DeclareResultOfficial", race, announce: true }];
}

/** Return what to ask before a decision: settled with it, against settled without it. */
export function deciding(result, facts, draft) {
  const race = result.race;
  const own = commands(race, draft, { embargo: false, next: result.version + 1 });
  const end = settling(result, facts);
  return {
    races: [{ race, add: [...own, ...end] }],
    ...(end.length > 0 ? { against: [{ race, add: end }] } : {}),
  };
}

/** Return what to ask before an announcement: what the public will see at once. */
export function announcing(result, command) {
  return { races: [{ race: result.race, add: [command] }] };
}

/**
 * Return what to ask before something is taken back: `now`, what the public sees at once (null where
 * an official result stands until it is corrected), and `later`, the settled result (null where the
 * race is still skated).
 */
export function undoing(result, facts, command) {
  const race = result.race;
  const end = settling(result, facts);
  return {
    now: result.official ? null : { races: [{ race, add: [command] }] },
    later:
      end.length > 0
        ? { races: [{ race, add: [command, ...end] }], against: [{ race, add: end }] }
        : null,
  };
}

/** Return how many cards somebody has been shown in a competition, by its journal. */
export function cards(journal) {
  const gone = new Set();
  for (const row of journal) {
    if (row.type === "DecisionWithdrawn") gone.add(`${row.race} ${row.data.decision}`);
    if (row.type === "FactRetracted") gone.add(`${row.race} ${row.data.target}`);
  }
  const found = {};
  for (const row of journal) {
    if (row.type !== "PenaltyCalled" || gone.has(`${row.race} ${row.version}`)) continue;
    const { competitor, sanction } = row.data;
    if (sanction === "PEN") continue;
    found[competitor] ??= { YC: 0, RC: 0 };
    found[competitor][sanction] += 1;
  }
  return found;
}

/**
 * Return what the rules suggest beside a draft, in words, or null.
 *
 * It is said before the decision; nothing is escalated by itself.
 */
export function escalation(draft, { decisions, shown, ruleset }) {
  if (!draft.competitor || draft.sanction === "ADV") return null;
  const own = decisions.filter((d) => d.in_force && d.competitor === draft.competitor);
  const penalties = own.filter((d) => d.kind === "PEN").length + 1;
  const needed = ruleset?.penalties_to_yellow ?? 0;
  if (
    draft.sanction === "PEN" &&
    needed &&
    penalties >= needed &&
    !own.some((d) => d.kind !== "PEN")
  ) {
    return { step: "YC", text: `Penalty ${penalties} in this race: ${needed} make a yellow card` };
  }
  const yellow = (shown[draft.competitor]?.YC ?? 0) + 1;
  const toRed = ruleset?.yellow_cards_to_red ?? 0;
  if (draft.sanction === "YC" && toRed && yellow >= toRed) {
    return {
      step: "RC",
      text: `Yellow card ${yellow} in this competition: ${toRed} make a red card`,
    };
  }
  return null;
}
