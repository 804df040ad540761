/** A name as every page writes it: the family name in capitals and marked, wherever it stands. */

import { h } from "./dom.js";
import { nameParts } from "./format.js";

/** Return a name as nodes; one of whom no family name is stated is not marked. */
export function spelledName({ name, family_name: family }) {
  return nameParts(name, family).map((part) => h(part.family ? "b" : "span", null, part.text));
}

/** Return a name as a text with the family name in capitals, for what can mark nothing else. */
export function plainName({ name, family_name: family }) {
  return nameParts(name, family).map((part) => part.text).join("");
}
