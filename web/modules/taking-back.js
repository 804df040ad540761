/** The facts of a race that may be taken back, each in words. Pure. */

import { time } from "./format.js";

const WORDS = {
  DidNotStartRecorded: "did not start",
  LineUpNamed: "line-up",
  RaceStarted: "the gun",
  FalseStartCalled: "false start",
  RaceStopped: "race stopped",
  RestartOrdered: "restart",
  CrossingRecorded: "crossing",
  CrossingAssigned: "crossing assigned",
  ExchangeRecorded: "exchange",
  FallRecorded: "fall",
  GettingUpRecorded: "got up",
  WithdrawalRecorded: "withdrawn",
  DidNotFinishRecorded: "did not finish",
  BellRung: "the bell",
  FinishOrderRecorded: "finish order",
  FinishTimesRecorded: "finish times",
  DeclaredFinished: "declared finished",
  RaceEnded: "end of the race",
  ResultPublished: "result unofficial",
};
const MOST_NAMED = 4;
const DECISIONS = { PEN: "penalty", YC: "yellow card", RC: "red card", ADV: "advancement" };

/**
 * Return what may be taken back, the latest first: `{key, version, text, who, at, official, command}`.
 *
 * A decision is withdrawn, so that it stays in the journal; any other fact is retracted.
 */
export function undoable(result, facts, name) {
  const gone = new Set(facts.filter((f) => f.type === "FactRetracted").map((f) => f.data.target));
  const laps = crossings(facts, gone, result.attempt);
  const attempts = (fact) =>
    fact.data.attempt === undefined || fact.data.attempt === result.attempt;
  const found = facts
    .filter((fact) => WORDS[fact.type] && !gone.has(fact.version) && attempts(fact))
    .map((fact) => entry(result.race, fact, laps, name));
  const decided = (result.decisions ?? [])
    .filter((decision) => decision.in_force)
    .map((decision) => withdrawal(result.race, decision, name));
  return [...found, ...decided].sort((a, b) => b.version - a.version);
}

function entry(race, fact, laps, name) {
  const { competitor } = fact.data;
  return {
    key: `fact-${fact.version}`,
    version: fact.version,
    text: said(fact, laps, name),
    who: competitor ? name(competitor) : "",
    at: fact.occurred_at,
    official: fact.official,
    command: (reason) => ({ type: "RetractFact", race, target: fact.version, reason }),
  };
}

function said(fact, laps, name) {
  const { data } = fact;
  if (fact.type === "CrossingRecorded") {
    const lap = laps.get(fact.version);
    const words = lap ? `crossing ${lap}` : "crossing without a skater";
    return data.elapsed_ms ? `${words} at ${time(data.elapsed_ms)}` : words;
  }
  if (fact.type === "FallRecorded" && data.lap) return `fall in lap ${data.lap}`;
  if (fact.type === "FinishTimesRecorded") {
    const by = data.time_source === "hand" ? " by hand" : "";
    const times = data.times.map((t) => `${name(t.competitor)} ${time(t.time_ms) || "no time"}`);
    return `finish times${by}: ${some(times)}`;
  }
  if (fact.type === "FinishOrderRecorded") {
    return `finish order: ${some(data.groups.map((ids) => ids.map(name).join(" = ")))}`;
  }
  return WORDS[fact.type];
}

/** The first of several, and how many more there are. */
function some(words) {
  const left = words.length - MOST_NAMED;
  const named = words.slice(0, MOST_NAMED).join(", ");
  return left > 0 ? `${named} and ${left} more` : named;
}

function withdrawal(race, decision, name) {
  const secret = !decision.announced;
  return {
    key: `decision-${decision.version}`,
    version: decision.version,
    text: `${DECISIONS[decision.kind]}${secret ? ", not announced yet" : ""}: ${decision.reason}`,
    who: name(decision.competitor),
    at: null,
    official: "",
    secret,
    command: (reason) => ({
      type: "WithdrawDecision",
      race,
      decision: decision.version,
      reason,
      // The public was never told of it, so it is not told of this either.
      embargo: secret,
    }),
  };
}

/** Return which crossing of its competitor each one is, in the order in which they happened. */
function crossings(facts, gone, attempt) {
  const own = new Map();
  const when = (fact) => fact.data.elapsed_ms ?? fact.data.at_ms;
  for (const fact of facts) {
    const { competitor } = fact.data;
    if (fact.type !== "CrossingRecorded" || !competitor || gone.has(fact.version)) continue;
    if (fact.data.attempt !== attempt) continue;
    own.set(competitor, [...(own.get(competitor) ?? []), fact]);
  }
  const found = new Map();
  for (const list of own.values()) {
    list.sort((a, b) => when(a) - when(b)).forEach((fact, i) => found.set(fact.version, i + 1));
  }
  return found;
}
