/** The hold of a race's public board as a device knows it, with what it has keyed itself. Pure. */

const HOLDS = new Set(["HoldPublicBoard", "ReleasePublicBoard"]);
const NOT_THERE = new Set(["refused", "moot"]);

/**
 * Return the hold as `{at, version, key}`, or null: ours as long as the board, heard at a position,
 * knows nothing of it, else the board's `held`. `key` is the entry of ours whose version is not
 * known yet.
 */
export function ownHold({ race, held }, entries, heard = Infinity) {
  const last = entries.findLast(
    ({ state, envelope: { command } }) => HOLDS.has(command.type) && command.race === race && !NOT_THERE.has(state),
  );
  if (!last || (last.state === "sent" && last.receipt?.position <= heard)) {
    return held ? { at: held.at_ms, version: held.version, key: null } : null;
  }
  if (last.envelope.command.type === "ReleasePublicBoard") return null;
  return { at: Date.parse(last.envelope.occurred_at), version: null, key: last.key };
}

/** Return the command that releases a hold, and what it refers to while its version is not known. */
export function releaseOf({ version, key }) {
  const command = { type: "ReleasePublicBoard" };
  return key === null ? { command: { ...command, hold: version }, refs: {} } : { command, refs: { hold: key } };
}
