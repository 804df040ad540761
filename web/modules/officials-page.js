/** The officials' door: say who you are, or pair, then choose a screen. */

import { forget, identity, may, me, pair, setOfficial } from "./api.js";
import { h, setText } from "./dom.js";
import { forgetAll } from "./last-known.js";

const SCREENS = [
  {
    href: "console",
    name: "Lap console",
    what: "Crossings, falls, bell; by keyboard, also without a network",
    roles: ["lap-recorder"],
  },
  {
    href: "finish",
    name: "Start and finish",
    what: "Gun, finish order, times to the thousandth",
    roles: ["starter", "timekeeper", "photo-finish"],
  },
  {
    href: "referee",
    name: "Referee",
    what: "Penalties and cards, with their consequences first",
    roles: ["referee", "chief-referee", "secretary"],
  },
];

const find = (selector) => document.querySelector(selector);
const [nameForm, pairForm, screens] = ["#name-form", "#pair-form", ".officials-screens"].map(find);

function show(who) {
  const known = who.open ? Boolean(who.official) : Boolean(who.token && who.roles.length);
  nameForm.hidden = !(who.open && !who.official);
  pairForm.hidden = who.open || known;
  screens.hidden = !known;
  find(".officials-foot").hidden = !known;
  setText(find("#forget"), who.open ? "I am somebody else" : "Unpair this device");
  pairForm.elements.device.value ||= who.device;
  const roles = who.open ? "open to everybody" : who.roles.join(", ");
  setText(find(".officials-who"), known ? `${who.official} · ${who.device} · ${roles}` : who.device);
  const race = new URLSearchParams(location.search).get("race");
  const query = race ? `?race=${encodeURIComponent(race)}` : "";
  screens.replaceChildren(
    ...SCREENS.filter((screen) => may(who, ...screen.roles)).map((screen) =>
      h(
        "a",
        { class: "officials-screen", href: `${screen.href}${query}` },
        h("b", null, screen.name),
        h("span", null, screen.what),
      ),
    ),
  );
}

nameForm.addEventListener("submit", (event) => {
  event.preventDefault();
  show(setOfficial(nameForm.elements.official.value.trim()));
});

pairForm.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { code, device } = pairForm.elements;
  const fault = find(".officials-fault");
  setText(fault, "");
  try {
    show(await pair(code.value.trim().toUpperCase(), device.value.trim()));
  } catch (error) {
    setText(fault, error.code ? error.message : "The server does not answer: try again.");
  }
});

find("#forget").addEventListener("click", () => {
  const { open } = identity();
  forget();
  forgetAll();
  show({ ...identity(), open });
});

show(await me());
