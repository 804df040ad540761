/** Where a race stands with what this device has keyed and not yet sent. Pure. */

const WAITING = new Set(["saving", "queued"]);
const BEFORE = new Set(["SCHEDULED", "START_LIST"]);

/**
 * What each command that waits makes of a race; what the referee makes public is left to the server.
 */
const KEYED = {
  StartRace: (race, at) => (BEFORE.has(race.state) ? { state: "LIVE", started_at_ms: at, stopped: false } : {}),
  CallFalseStart: () => ({ state: "START_LIST", started_at_ms: null }),
  StopRace: () => ({ stopped: true }),
  OrderRestart: () => ({ state: "START_LIST", started_at_ms: null, stopped: false }),
  EndRace: (race) => (race.state === "LIVE" ? { state: "UNCONFIRMED" } : {}),
};

/**
 * Return a race's document, a board or a result, as it stands with the entries about it that had not
 * been sent when it was heard, at a position; `unsent` says whether any that waits made it another.
 */
export function ownState(race, entries, heard = Infinity) {
  let own = race;
  let unsent = false;
  for (const { state, envelope, receipt } of entries) {
    const { command, occurred_at } = envelope;
    const keyed = KEYED[command.type];
    const waits = WAITING.has(state);
    // Between its receipt and the feed an entry is sent, and the document does not show it.
    if (!keyed || command.race !== race.race || !(waits || receipt?.position > heard)) continue;
    const next = { ...own, ...keyed(own, Date.parse(occurred_at)) };
    unsent ||= waits && (next.state !== own.state || Boolean(next.stopped) !== Boolean(own.stopped));
    own = next;
  }
  return { ...own, unsent };
}
