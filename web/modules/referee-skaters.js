/** The skaters of a race on the referee's tablet: each at their place, whatever happens on the ice. */

import { cards as cardsOf } from "./decision.js";
import { area } from "./desk-page.js";
import { h } from "./dom.js";

/** Show the skaters by start position, so that none moves under a finger. */
export function skaters(box, desk, draft, choose) {
  const rows = [...(desk.result?.rows ?? [])].sort((a, b) => a.start_position - b.start_position);
  const shown = cardsOf(desk.journal);
  const live = desk.board?.entries ?? {};
  const ranked =
    desk.board?.state === "LIVE" ? live : Object.fromEntries(rows.map((r) => [r.id, r]));
  const reviewing = desk.board?.reviewing ?? [];
  area(
    box,
    [desk.race, rows, draft.competitor, shown, reviewing, rows.map((r) => ranked[r.id]?.rank)],
    () =>
      rows.map((row) =>
        skater(row, ranked[row.id], shown[row.id], {
          reviewing: reviewing.includes(row.id),
          pressed: draft.competitor === row.id,
          choose: () => choose(row.id),
        }),
      ),
  );
}

function skater(row, now, cards, { reviewing, pressed, choose }) {
  const status = row.status ?? now?.status ?? (row.fallen ? "FELL" : "");
  const signs = [
    ...(reviewing ? ["review"] : []),
    ...(cards?.YC ? [`YC ${cards.YC}`] : []),
    ...(cards?.RC ? ["RC"] : []),
  ];
  return h(
    "button",
    {
      class: "skater",
      type: "button",
      "data-competitor": row.id,
      "data-status": status,
      "aria-pressed": String(pressed),
      onclick: choose,
    },
    h("span", { class: "skater-rank" }, now?.rank ?? "–"),
    h("span", { class: "skater-helmet" }, row.helmet ?? row.start_position),
    h(
      "span",
      { class: "skater-name" },
      h("b", null, row.family_name || row.name),
      h("i", null, row.noc),
    ),
    h("span", { class: "skater-signs" }, status, ...signs.map((sign) => h("em", null, sign))),
  );
}
