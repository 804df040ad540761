/** The standings of a season: overall, for each distance, for each relay. */

import { TableTabs } from "./table-tabs.js";

const HEAD = [
  { label: "#", class: "cell-rank" },
  { label: "NOC", class: "cell-noc" },
  { label: "", class: "cell-name" },
  { label: "Won", title: "Distances won in this log", class: "cell-number" },
  { label: "Bonus", title: "For the best of a distance skated twice", class: "cell-number" },
  { label: "Points", class: "cell-points" },
];
const WORDS = { men: "Men", women: "Women", mixed: "Mixed", relay: "relay", teams: "Teams" };

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
          { class: "cell-name", content: line.name },
          { class: "cell-number", content: String(line.golds || "") },
          { class: "cell-number", content: String(line.bonus || "") },
          { class: "cell-points", content: String(line.points) },
        ],
      })),
      "Nobody has points yet.",
    );
  }
}

/** "men-1000" → "Men 1000". */
function label(name) {
  return name
    .split("-")
    .map((word) => WORDS[word] ?? word)
    .join(" ");
}
