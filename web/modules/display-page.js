/** A managed display: shows a code until it is paired, then whatever it is told to. */

import { h, setText } from "./dom.js";
import { translate, word } from "./words.js";

const KEY = "bell-lap-display";
const PATHS = { home: "/", scoreboard: "/scoreboard", overlay: "/overlay", phone: "/phone", announcer: "/announcer" };
const LOST_AFTER_MS = 8000;
const find = (selector) => document.querySelector(selector);

let own = read();
let shown = 0;
let heard = Date.now();

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

async function post(path, body, secret) {
  const headers = { "Content-Type": "application/json" };
  if (secret) headers.Authorization = `Bearer ${secret}`;
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

/** Make this display known, and keep what it is known by through reloads and power cuts. */
async function register() {
  own = await post("/api/v1/displays", {});
  localStorage.setItem(KEY, JSON.stringify(own));
}

async function ask() {
  if (!own) await register();
  const said = { shown, width: Math.round(innerWidth), height: Math.round(innerHeight) };
  const told = await post(`/api/v1/displays/${own.display}/alive`, said, own.secret);
  heard = Date.now();
  find(".display-lost").hidden = true;
  if (told === null) {
    own = null;
    shown = 0;
    unframe();
    return 0;
  }
  if (told.code) showCode(told.code);
  else if (told.revision !== shown) frame(told);
  return told.again_ms;
}

function showCode(code) {
  setText(find(".pairing-code"), `${code.slice(0, 3)} ${code.slice(3)}`);
  setText(find(".pairing-help"), word("pairHelp", { page: `${location.host}/displays` }));
  find(".pairing").hidden = false;
}

/** Show a page; the frame is made anew, so that being told the same again reloads it. */
function frame({ name, page, options, revision }) {
  const [told, hash] = options.split("#", 2);
  const at = new URLSearchParams(location.search).get("at");
  const query = at ? String(new URLSearchParams([...new URLSearchParams(told), ["at", at]])) : told;
  const address = `${PATHS[page] ?? "/"}${query ? `?${query}` : ""}${hash ? `#${hash}` : ""}`;
  unframe();
  document.body.append(h("iframe", { class: "display-frame", title: name, src: address }));
  find(".pairing").hidden = true;
  document.title = `${name} · Bell Lap`;
  shown = revision;
}

function unframe() {
  find(".display-frame")?.remove();
}

async function follow() {
  for (;;) {
    const pause = await ask().catch(() => 1000);
    const silent = Date.now() - heard;
    if (silent > LOST_AFTER_MS) {
      find(".display-lost").hidden = false;
      setText(find(".display-lost"), word("staleFor", { n: Math.round(silent / 1000) }));
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

translate(document);
follow();
