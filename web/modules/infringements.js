/** The infringements of a ruleset as a grid: where they happen by what they are. Pure. */

const WHERE = ["straight", "corner", "finish"];
const PLACES = /,? (?:in the (?:corner|straight)|at the (?:finish|end of the straight))/;

/**
 * Return `{columns, rows: [{what, cells: {zone: infringement | null}}], others: {zone: [infringement]}}`.
 *
 * A cell that the ruleset has no code for is null: it can be called in words.
 */
export function grid(infringements) {
  const columns = WHERE.filter((zone) => infringements.some((each) => each.zone === zone));
  const rows = new Map();
  const others = {};
  for (const each of infringements) {
    if (!columns.includes(each.zone)) {
      others[each.zone] = [...(others[each.zone] ?? []), each];
      continue;
    }
    const what = kind(each.text);
    const cells = rows.get(what) ?? Object.fromEntries(columns.map((zone) => [zone, null]));
    rows.set(what, { ...cells, [each.zone]: each });
  }
  return { columns, rows: [...rows].map(([what, cells]) => ({ what, cells })), others };
}

/** What an infringement is, without where: "Arm block at the finish" → "Arm block". */
export function kind(text) {
  return text.replace(PLACES, "").trim();
}

/** The words of a call that the ruleset has no code for. */
export function inWords(what, zone) {
  return {
    code: "",
    text: `${what}, ${zone === "finish" ? "at the finish" : `in the ${zone}`}`,
    zone,
  };
}
