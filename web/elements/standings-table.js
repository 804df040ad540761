/** The standings of a season: overall, for each distance, for each relay. */

import { h } from "../modules/dom.js";
import { spelledName } from "../modules/spelled-name.js";
import { language, translated, word } from "../modules/words.js";
import { TableTabs } from "./table-tabs.js";

const HEAD = [
  { label: "#", title: "rank", class: "cell-rank" },
  { label: "noc", class: "cell-noc" },
  { label: "name", class: "cell-name", quiet: true },
  { label: "won", class: "cell-number" },
  { label: "bonus", class: "cell-number" },
  { label: "points", class: "cell-points" },
];
const WORDS = new Set(["men", "women", "mixed", "relay", "teams"]);

export class StandingsTable extends TableTabs {
  /** Show the standings document of the feed. */
  set standings(document) {
    const tables = document.tables ?? {};
    const names = ["men", "women", ...Object.keys(tables).filter((n) => n !== "men" && n !== "women")];
    this.display(
      names.filter((name) => name in tables).map((name) => ({ name, label: label(name) })),
      tables,
    );
  }

  table(lines) {
    return TableTabs.build(
      HEAD,
      lines.map((line) => ({
        id: line.id,
        cells: [
          { class: "cell-rank", content: String(line.rank) },
          { class: "cell-noc", content: line.noc },
          { class: "cell-name", content: h("span", null, ...spelledName(line)) },
          { class: "cell-number", content: String(line.golds || "") },
          { class: "cell-number", content: String(line.bonus || "") },
          { class: "cell-points", content: String(line.points) },
        ],
      })),
      word("noPoints"),
    );
  }
}

/** "men-1000" → "Men 1000"; other languages say it as they name the distance. */
function label(name) {
  const [, who, metres, relay] = /^(men|women|mixed)-([0-9]+)(-relay)?$/.exec(name) ?? [];
  if (who && language() !== "en") {
    return translated(`${who[0].toUpperCase()}${who.slice(1)} ${metres} m${relay ? " relay" : ""}`);
  }
  return name
    .split("-")
    .map((part) => (WORDS.has(part) ? word(part) : part))
    .join(" ");
}
