/** Who crossed the line in which order, moved by drag, by keys or by digits. */

import { h, setAttribute } from "../modules/dom.js";
import { moved, places, tied, without } from "../modules/finish.js";

export class FinishOrder extends HTMLElement {
  #list = h("ol", { class: "finish-list", role: "list" });
  #rows = [];
  #groups = [];
  #key = "";
  #dragged = null;

  connectedCallback() {
    this.append(this.#list);
  }

  /** The order as it stands here. */
  get groups() {
    return this.#groups;
  }

  /** Show who may have finished, in an order; nothing moves under a finger that drags. */
  show(rows, groups) {
    const key = JSON.stringify([rows.map((row) => [row.id, row.name]), groups]);
    if (key === this.#key || this.#dragged) return;
    this.#key = key;
    this.#rows = rows;
    this.#groups = groups;
    this.#draw();
  }

  #draw() {
    const place = places(this.#groups);
    const byId = new Map(this.#rows.map((row) => [row.id, row]));
    const out = this.#rows.filter((row) => !(row.id in place));
    const ids = [...this.#groups.flat().filter((id) => byId.has(id)), ...out.map((row) => row.id)];
    this.#list.replaceChildren(...ids.map((id) => this.#line(byId.get(id), place[id])));
  }

  #line(row, place) {
    const group = this.#groups.find((each) => each.includes(row.id)) ?? [];
    const handle = h(
      "span",
      {
        class: "finish-handle",
        "aria-hidden": "true",
        onpointerdown: (event) => this.#drag(event, row.id),
      },
      "⠿",
    );
    const order = this.#groups.flat();
    const at = order.indexOf(row.id);
    const button = (label, words, action, disabled = false) =>
      h(
        "button",
        {
          class: "key",
          type: "button",
          title: words,
          "aria-label": `${words}: ${row.name}`,
          disabled,
          onclick: action,
        },
        label,
      );
    return h(
      "li",
      {
        class: "finish-line",
        "data-competitor": row.id,
        "data-tied": group.length > 1,
        "data-out": !place,
      },
      handle,
      h("span", { class: "finish-place" }, place ?? "–"),
      h("span", { class: "skater-helmet" }, row.helmet ?? row.start_position),
      h("span", { class: "finish-name" }, h("b", null, row.family_name || row.name), ` ${row.noc}`),
      ...(place
        ? [
            button("▲", "Earlier", () => this.#set(moved(this.#groups, row.id, at - 1)), at === 0),
            button(
              "▼",
              "Later",
              () => this.#set(moved(this.#groups, row.id, at + 1)),
              at === order.length - 1,
            ),
            button(
              "=",
              "Dead heat with the one before",
              () => this.#set(tied(this.#groups, row.id)),
              at === 0,
            ),
            button("✕", "Not in the order", () => this.#set(without(this.#groups, row.id))),
          ]
        : [
            h("span", null),
            h("span", null),
            h("span", null),
            button("+", "Last in the order", () => this.#set([...this.#groups, [row.id]])),
          ]),
    );
  }

  #set(groups) {
    this.#groups = groups;
    this.#key = "";
    this.#draw();
    this.dispatchEvent(new CustomEvent("order", { detail: groups }));
  }

  #drag(event, id) {
    event.preventDefault();
    this.#dragged = id;
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const line = handle.closest(".finish-line");
    setAttribute(line, "data-dragged", true);
    const from = event.clientY;
    const height = line.getBoundingClientRect().height + 4;
    const order = this.#groups.flat();
    const start = order.includes(id) ? order.indexOf(id) : order.length;
    const by = (y) =>
      Math.max(
        -start,
        Math.min(
          order.length - (order.includes(id) ? 1 : 0) - start,
          Math.round((y - from) / height),
        ),
      );
    const move = ({ clientY }) => {
      line.style.transform = `translateY(${clientY - from}px)`;
    };
    const end = ({ clientY, type }) => {
      handle.removeEventListener("pointermove", move);
      handle.removeEventListener("pointerup", end);
      handle.removeEventListener("pointercancel", end);
      line.style.transform = "";
      setAttribute(line, "data-dragged", false);
      this.#dragged = null;
      const steps = type === "pointerup" ? by(clientY) : 0;
      if (steps !== 0 || (type === "pointerup" && !order.includes(id))) {
        this.#set(moved(this.#groups, id, start + steps));
      }
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", end);
    handle.addEventListener("pointercancel", end);
  }
}
