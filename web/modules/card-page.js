/** The printable card of the lap console's keys, with the letters of this keyboard. */

import { h, setText } from "./dom.js";
import { CARD, PROFILES, STANDARD, legend } from "./keys.js";

const asked = new URLSearchParams(location.search).get("profile");
const profile = asked in PROFILES ? asked : STANDARD;
const layout = await navigator.keyboard?.getLayoutMap().catch(() => null);
const positions = PROFILES[profile].positions[0].startsWith("Digit") ? "top row" : "number pad";
const helmets = positions === "top row" ? "number pad" : "top row";

setText(
  document.querySelector(".card-profile"),
  `Profile ${profile}: start positions on the ${positions}, helmet numbers on the ${helmets}`,
);
document.querySelector(".card-keys tbody").append(
  ...CARD.map(([codes, what]) =>
    h(
      "tr",
      null,
      h("th", { scope: "row" }, ...codes.map((code) => h("kbd", null, legend(code, layout)))),
      h("td", null, what),
    ),
  ),
);
