/** A decision of the journal as a sentence, in the reader's language. */

import { h } from "./dom.js";
import { nameParts, time } from "./format.js";
import { TABLE, word } from "./words.js";

const KINDS = { world: "kindWorld", championship: "kindChampionship", track: "kindTrack" };

/** Return what an event is called; one that has no word yet keeps its own name. */
export function called(type) {
  return Object.hasOwn(TABLE, type) ? word(type) : type.replace(/([a-z])([A-Z])/g, "$1 $2");
}

/** Return a decision as a person would say it, from its row in a journal: "Penalty: Felix ROUSSEL". */
export function sentence(row) {
  const { type, data, replaced } = row;
  const who = named(row).map((parts) => parts.map((part) => part.text).join("")).join(", ");
  switch (type) {
    case "PenaltyCalled":
      return concerning(`${word(data.sanction)}${data.infringement ? ` (${data.infringement})` : ""}`, who);
    case "LapsMiscounted":
      return concerning(called(type), word("rowsSkated", { n: data.lap_rows }));
    case "BestTimeConfirmed":
      return concerning(`${called(type)} (${word(KINDS[data.kind] ?? data.kind)})`, `${who} ${time(data.time_ms)}`);
    case "RestartOrdered":
      return data.re_skate ? word("reSkateOrdered") : called(type);
    case "ProtestLodged":
      return concerning(called(type), data.late ? `${data.noc} (${word("tooLate")})` : data.noc);
    case "ProtestDecided":
      return word(data.upheld ? "protestUpheld" : "protestDismissed");
    case "FactRetracted":
    case "FactAmended":
    case "DecisionWithdrawn":
      return concerning(called(type), replaced ? called(replaced.type) : "");
    default:
      return concerning(called(type), who);
  }
}

/** Return the same as nodes, with the family names marked. */
export function spelled(row) {
  let rest = sentence(row);
  const nodes = [];
  for (const part of named(row).flat().filter((each) => each.family)) {
    const start = rest.indexOf(part.text);
    nodes.push(rest.slice(0, start), h("b", { class: "family" }, part.text));
    rest = rest.slice(start + part.text.length);
  }
  return [...nodes, rest];
}

/** Return the names of those whom a decision concerns, each in parts; `who` has their family names. */
function named({ people, who }) {
  return (people ?? []).map((name, index) => nameParts(name, who?.[index]?.family_name));
}

function concerning(what, who) {
  return who ? word("withWhom", { what, who }) : what;
}
