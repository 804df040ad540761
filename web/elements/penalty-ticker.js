/** What the referee has decided and announced about a race, one line each. */

import { h, setAttribute } from "../modules/dom.js";
import { statusWords } from "../modules/format.js";
import { rows } from "../modules/race-state.js";
import { spelledName } from "../modules/spelled-name.js";
import { word } from "../modules/words.js";

export class PenaltyTicker extends HTMLElement {
  #list = h("ul", { class: "ticker-list", role: "list" });
  #shown = "";

  connectedCallback() {
    if (!this.firstChild) this.append(this.#list);
  }

  /** Show a board's penalties, and its notice while there is one. */
  set board(board) {
    const items = penalties(board);
    const key = JSON.stringify([board.race, items]);
    if (key === this.#shown) return;
    this.#shown = key;
    setAttribute(this, "data-empty", items.length === 0);
    this.#list.replaceChildren(...items.map(line));
  }
}

/** Return what there is to tell: `{sign, name, family, noc, text}`. */
function penalties(board) {
  const called = rows(board)
    .filter((row) => row.penalty || row.mark === "ADV")
    .map((row) => ({
      sign: row.penalty ? (row.status ?? "PEN") : "ADV",
      name: row.name,
      family: row.family_name,
      noc: row.noc,
      text: row.penalty?.text || statusWords(row.penalty ? (row.status ?? "PEN") : "ADV"),
    }));
  if (board.state === "UNDER_REVIEW") called.unshift({ sign: "❚❚", text: word(board.notice || "UNDER_REVIEW") });
  return called;
}

function line({ sign, name, family, noc, text }) {
  const known = /^[A-Z]+$/.test(sign);
  return h(
    "li",
    { class: "ticker-line" },
    h("span", { class: "ticker-sign", "data-status": sign, "aria-hidden": !known && "true" }, sign),
    name ? h("span", { class: "ticker-noc" }, noc) : null,
    name
      ? h(
          "span",
          { class: "ticker-name" },
          ...spelledName({ name, family_name: family }),
        )
      : null,
    h("span", { class: "ticker-text" }, text),
  );
}
