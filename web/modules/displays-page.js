/** Whoever manages the displays of a venue: pairs, names, tells, refreshes, sees which are stale. */

import { LanguageChoice } from "../elements/language-choice.js";
import { h, setAttribute, setText } from "./dom.js";
import { translate, word } from "./words.js";

const PAGES = ["scoreboard", "overlay", "phone", "announcer", "home"];
const EVERY_MS = 2000;
/** Without an answer for so long, nothing that is shown is known any more. */
const LOST_AFTER_MS = 5000;
const PATIENCE_MS = 8000;
const SURE_MS = 4000;
const TOKEN = "bell-lap-displays-token";
const SHUT = new Set([401, 403]);
const find = (selector) => document.querySelector(selector);
const cards = new Map();
let heard = Date.now();

function pageName(page) {
  return word({ phone: "phonePage", home: "programme" }[page] ?? page);
}

function options(select) {
  select.append(...PAGES.map((page) => h("option", { value: page }, pageName(page))));
  return select;
}

/** Ask as the official whose code was typed here, if one was. */
function call(method, path, body) {
  const token = localStorage.getItem(TOKEN);
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return fetch(`/api/v1${path}`, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
}

async function signIn(code) {
  const response = await call("POST", "/pair", { code: code.trim(), device: "displays-desk" });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail ?? response.statusText);
  localStorage.setItem(TOKEN, answer.token);
}

async function send(method, path, body) {
  const response = await call(method, `/displays${path}`, body);
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Error(response.status === 404 && path === "/pair" ? word("unknownCode") : (problem.detail ?? response.statusText));
  }
}

/** Do something, say what went wrong with it, and show how things stand then. */
async function attempt(action) {
  setText(find(".fault"), "");
  try {
    await action();
  } catch (error) {
    setText(find(".fault"), error.message);
  }
  await list();
}

function fields(form) {
  const data = Object.fromEntries(new FormData(form));
  data.options = data.options.trim().replace(/^\?/, "");
  return data;
}

/** A key that asks before it does something, and forgets that it was asked. */
function twice(label, sure, action) {
  let asked = null;
  const rest = () => {
    clearTimeout(asked);
    asked = null;
    setText(button, label);
    setAttribute(button, "data-sure", false);
  };
  const button = h("button", { class: "button plain", type: "button", onblur: () => rest(), onclick: () => tap() }, label);
  const tap = () => {
    if (asked !== null) {
      rest();
      attempt(action);
      return;
    }
    asked = setTimeout(rest, SURE_MS);
    setText(button, sure);
    setAttribute(button, "data-sure", true);
  };
  return button;
}

class Card {
  #name = h("h2", { class: "card-title" });
  #state = h("p", { class: "card-state" });
  #form;
  #revision = null;

  constructor(row) {
    const { display } = row;
    const field = (name, input) => h("label", null, h("span", null, word(name)), input);
    const act = (name, kind, action) =>
      h("button", { class: kind, type: "button", onclick: () => attempt(action) }, word(name));
    this.#form = h(
      "form",
      { onsubmit: (event) => this.#apply(event, display) },
      field("name", h("input", { name: "name", required: true, maxlength: 60 })),
      field("shows", options(h("select", { name: "page" }))),
      field("options", h("input", { name: "options", maxlength: 300, placeholder: "lang=de", spellcheck: "false" })),
      h(
        "div",
        { class: "card-acts" },
        h("button", { class: "button", type: "submit" }, word("apply")),
        act("refresh", "button plain", () => send("POST", `/${display}/refresh`, {})),
        twice(word("forget"), word("forgetSure"), () => send("DELETE", `/${display}`)),
      ),
    );
    this.element = h("li", { class: "display-card", "data-display": display }, this.#name, this.#state, this.#form);
  }

  #apply(event, display) {
    event.preventDefault();
    attempt(() => send("PUT", `/${display}`, fields(this.#form)));
  }

  show(row) {
    setText(this.#name, row.name);
    const seconds = Math.round(row.silent_ms / 1000);
    const health = row.stale ? word("staleFor", { n: seconds }) : word("current");
    const size = row.width ? ` · ${row.width} × ${row.height}` : "";
    const waits = row.current ? "" : ` · ${word("notShownYet")}`;
    setText(this.#state, `${health}${size}${waits}`);
    setAttribute(this.element, "data-stale", row.stale);
    if (this.#revision === row.revision) return;
    this.#revision = row.revision;
    for (const name of ["name", "page", "options"]) this.#form.elements.namedItem(name).value = row[name];
  }
}

async function list() {
  const response = await call("GET", "/displays").catch(() => null);
  const answered = response !== null && (response.ok || SHUT.has(response.status));
  if (answered) heard = Date.now();
  if (!answered) return;
  find(".sign-form").hidden = !SHUT.has(response.status);
  find(".pair-form").hidden = SHUT.has(response.status);
  if (SHUT.has(response.status)) localStorage.removeItem(TOKEN);
  if (!response.ok) return;
  const { rows } = await response.json();
  for (const [id, card] of cards) {
    if (!rows.some((row) => row.display === id)) {
      card.element.remove();
      cards.delete(id);
    }
  }
  for (const row of rows) {
    const card = cards.get(row.display) ?? new Card(row);
    if (!cards.has(row.display)) find(".display-list").append(card.element);
    cards.set(row.display, card);
    card.show(row);
  }
  find(".none").hidden = rows.length > 0;
}

customElements.define("language-choice", LanguageChoice);
/** Say when the server has not answered for a while: then nothing of this is known to be true. */
function lost() {
  const silent = Date.now() - heard;
  setText(find(".lost"), silent > LOST_AFTER_MS ? word("staleFor", { n: Math.round(silent / 1000) }) : "");
  setAttribute(document.body, "data-lost", silent > LOST_AFTER_MS);
}

translate(document);
options(find(".pair-form select"));
find(".pair-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  attempt(async () => {
    await send("POST", "/pair", fields(form));
    form.reset();
  });
});
find(".sign-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  attempt(async () => {
    await signIn(form.elements.namedItem("code").value);
    form.reset();
  });
});
document.title = `${word("displays")} · Bell Lap`;
list();
setInterval(list, EVERY_MS);
setInterval(lost, 1000);
