/** A finish order as the photo-finish judge reads it: groups of ids, several in a dead heat. Pure. */

/** Return the groups of rows as they stand: equal ranks are one group, who has none comes last. */
export function groupsOf(rows) {
  const placed = rows.filter((row) => row.rank).sort((a, b) => a.rank - b.rank);
  const groups = [];
  for (const row of placed) {
    const last = groups.at(-1);
    if (last && last.rank === row.rank) last.ids.push(row.id);
    else groups.push({ rank: row.rank, ids: [row.id] });
  }
  return groups.map((group) => group.ids);
}

/**
 * Read an order keyed as helmet numbers or, where nobody has them, start positions.
 *
 * "10 17=14 3": one space between places, "=" between those in a dead heat. Returns
 * `{groups, unknown, twice}`.
 */
export function readOrder(text, rows) {
  const groups = [];
  const unknown = [];
  const twice = [];
  const seen = new Set();
  for (const place of text
    .trim()
    .replace(/\s*=\s*/g, "=")
    .split(/[\s,]+/)
    .filter(Boolean)) {
    const group = [];
    for (const digits of place.split("=").filter(Boolean)) {
      const row = rows.find((each) => String(each.helmet ?? each.start_position) === digits);
      if (!row) unknown.push(digits);
      else if (seen.has(row.id)) twice.push(digits);
      else {
        seen.add(row.id);
        group.push(row.id);
      }
    }
    if (group.length > 0) groups.push(group);
  }
  return { groups, unknown, twice };
}

/** "40078", "40.078" → 40078; "1:26.406" → 86406; "nt" → null, `no time`; else undefined. */
export function readTime(text) {
  const written = text.trim().toLowerCase();
  if (written === "nt" || written === "no time") return null;
  if (/^\d{4,7}$/.test(written)) {
    const thousandths = written.slice(-3);
    const seconds = Number(written.slice(-5, -3));
    const minutes = Number(written.slice(0, -5) || 0);
    if (seconds > 59) return undefined;
    return minutes * 60_000 + seconds * 1000 + Number(thousandths);
  }
  const found = /^(?:(\d{1,2}):)?(\d{1,2})[.,](\d{3})$/.exec(written);
  if (!found) return undefined;
  const [, minutes = "0", seconds, thousandths] = found;
  if (Number(seconds) > 59) return undefined;
  return Number(minutes) * 60_000 + Number(seconds) * 1000 + Number(thousandths);
}

/** The place of each id: the next after a dead heat is left out. */
export function places(groups) {
  const found = {};
  let place = 1;
  for (const group of groups) {
    for (const id of group) found[id] = place;
    place += group.length;
  }
  return found;
}

/** Put somebody at an index of the whole order, as a group of their own. */
export function moved(groups, id, index) {
  const rest = groups
    .map((group) => group.filter((each) => each !== id))
    .filter((group) => group.length > 0);
  const at = Math.max(0, Math.min(index, rest.flat().length));
  let passed = 0;
  for (let i = 0; i < rest.length; i++) {
    if (passed >= at) return [...rest.slice(0, i), [id], ...rest.slice(i)];
    passed += rest[i].length;
  }
  return [...rest, [id]];
}

/** Join somebody's group with the one before, or part them again. */
export function tied(groups, id) {
  const index = groups.findIndex((group) => group.includes(id));
  if (index < 0) return groups;
  const group = groups[index];
  if (group.indexOf(id) > 0) {
    const at = group.indexOf(id);
    return [
      ...groups.slice(0, index),
      group.slice(0, at),
      group.slice(at),
      ...groups.slice(index + 1),
    ];
  }
  if (index === 0) return groups;
  return [
    ...groups.slice(0, index - 1),
    [...groups[index - 1], ...group],
    ...groups.slice(index + 1),
  ];
}

/** Take somebody out of the order: they did not cross the line, or it is not known. */
export function without(groups, id) {
  return groups
    .map((group) => group.filter((each) => each !== id))
    .filter((group) => group.length > 0);
}

/**
 * Return the times that a source has recorded in an attempt, by competitor; null is `no time`.
 *
 * A result hides the time of whoever is penalised; what was read stays read.
 */
export function recordedTimes(facts, attempt, source) {
  const gone = new Set(facts.filter((f) => f.type === "FactRetracted").map((f) => f.data.target));
  const amended = new Map(
    facts.filter((f) => f.type === "FactAmended").map((f) => [f.data.target, f.data.replacement]),
  );
  const found = {};
  for (const { type, version, data: own } of facts) {
    if (type !== "FinishTimesRecorded" || gone.has(version)) continue;
    const data = amended.get(version) ?? own;
    if (data.attempt !== attempt || data.time_source !== source) continue;
    for (const each of data.times) found[each.competitor] = each.time_ms ?? null;
  }
  return found;
}

/** Where times and order disagree: ids whose time is faster than the place before. */
export function disagreeing(groups, times) {
  const order = groups.flat().filter((id) => Number.isInteger(times[id]));
  return order.filter((id, i) => i > 0 && times[id] < times[order[i - 1]]);
}

/** Sources of a finish time, the strongest first: what counts does not depend on who spoke last. */
export const STRONGEST_FIRST = ["photo", "transponder", "hand"];

/** The last word of every other source on a finish time, of what a result's row has as `times`. */
export function otherTimes(times, source) {
  const found = new Map();
  for (const each of times ?? []) {
    if (each.time_source !== source && !found.has(each.time_source)) {
      found.set(each.time_source, each);
    }
  }
  return [...found.values()];
}

/** Whether a stronger source has spoken, so that a time of this one would not count. */
export function outranking(times, source) {
  const own = STRONGEST_FIRST.indexOf(source);
  return (times ?? []).some((each) => STRONGEST_FIRST.indexOf(each.time_source) < own);
}
