/** A decision of the journal as a sentence, in the reader's language. */

import { h } from "./dom.js";
import { nameParts, time } from "./format.js";
import { TABLE, word } from "./words.js";

/** Stands where a sentence names somebody: no word has it. */
const HERE = "\u0000";
const KINDS = { world: "kindWorld", championship: "kindChampionship", track: "kindTrack" };

/** Return what an event is called; one that has no word yet keeps its own name. */
export function called(type) {
  return Object.hasOwn(TABLE, type) ? word(type) : type.replace(/([a-z])([A-Z])/g, "$1 $2");
}

/** Return a decision as a person would say it, from its row in a journal: "Penalty: Felix ROUSSEL". */
export function sentence(row) {
  return parts(row).map((part) => part.text).join("");
}

/** Return the same as nodes, with the family names marked. */
export function spelled(row) {
  return parts(row).map((part) => (part.family ? h("b", { class: "family" }, part.text) : part.text));
}

function parts(row) {
  const { type, data, replaced } = row;
  const who = named(row);
  switch (type) {
    case "PenaltyCalled":
      return concerning(`${word(data.sanction)}${data.infringement ? ` (${data.infringement})` : ""}`, who);
    case "LapsMiscounted":
      return concerning(called(type), plain(word("rowsSkated", { n: data.lap_rows })));
    case "BestTimeConfirmed":
      return concerning(`${called(type)} (${word(KINDS[data.kind] ?? data.kind)})`, [...who, ...plain(` ${time(data.time_ms)}`)]);
    case "RestartOrdered":
      return plain(data.re_skate ? word("reSkateOrdered") : called(type));
    case "ProtestLodged":
      return concerning(called(type), plain(data.late ? `${data.noc} (${word("tooLate")})` : data.noc));
    case "ProtestDecided":
      return plain(word(data.upheld ? "protestUpheld" : "protestDismissed"));
    case "FactRetracted":
    case "FactAmended":
    case "DecisionWithdrawn":
      return concerning(called(type), plain(replaced ? called(replaced.type) : ""));
    default:
      return concerning(called(type), who);
  }
}

/** Return the names of those whom a decision concerns, in parts; `who` has their family names. */
function named({ people, who }) {
  const names = (people ?? []).map((name, index) => nameParts(name, who?.[index]?.family_name));
  return names.flatMap((name, index) => (index ? [...plain(", "), ...name] : name));
}

/** Return what is said about somebody, in the order of the reader's language. */
function concerning(what, who) {
  if (!who.length) return plain(what);
  const [before, after] = word("withWhom", { what, who: HERE }).split(HERE);
  return [...plain(before), ...who, ...plain(after)];
}

function plain(text) {
  return text ? [{ text, family: false }] : [];
}
