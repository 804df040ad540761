/** Medals, by NOC and by skater. */

import { TableTabs } from "./table-tabs.js";

const TABS = [
  { name: "noc-all", label: "Nations" },
  { name: "noc-men", label: "Men" },
  { name: "noc-women", label: "Women" },
  { name: "noc-mixed", label: "Mixed" },
  { name: "skater-all", label: "Skaters" },
];
const HEAD = [
  { label: "#", class: "cell-rank" },
  { label: "NOC", class: "cell-noc" },
  { label: "", class: "cell-name" },
  { label: "Gold", class: "cell-medal" },
  { label: "Silver", class: "cell-medal" },
  { label: "Bronze", class: "cell-medal" },
  { label: "All", class: "cell-number" },
];

export class MedalTable extends TableTabs {
  /** Show the medals document of the feed. */
  set medals(document) {
    this.display(TABS, document.tables ?? {});
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
          { class: "cell-medal gold", content: String(line.gold) },
          { class: "cell-medal silver", content: String(line.silver) },
          { class: "cell-medal bronze", content: String(line.bronze) },
          { class: "cell-number", content: String(line.total) },
        ],
      })),
      "No medal yet: they are given when every race of a distance is official.",
    );
  }
}
