/** Medals, by NOC and by skater. */

import { h } from "../modules/dom.js";
import { spelledName } from "../modules/spelled-name.js";
import { word } from "../modules/words.js";
import { TableTabs } from "./table-tabs.js";

const TABS = [
  { name: "noc-all", label: "nations" },
  { name: "noc-men", label: "men" },
  { name: "noc-women", label: "women" },
  { name: "noc-mixed", label: "mixed" },
  { name: "skater-all", label: "skaters" },
];
const HEAD = [
  { label: "#", title: "rank", class: "cell-rank" },
  { label: "noc", class: "cell-noc" },
  { label: "name", class: "cell-name", quiet: true },
  { label: "gold", class: "cell-medal" },
  { label: "silver", class: "cell-medal" },
  { label: "bronze", class: "cell-medal" },
  { label: "all", class: "cell-number" },
];

export class MedalTable extends TableTabs {
  /** Show the medals document of the feed. */
  set medals(document) {
    this.display(
      TABS.map(({ name, label }) => ({ name, label: word(label) })),
      document.tables ?? {},
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
          { class: "cell-medal gold", content: String(line.gold) },
          { class: "cell-medal silver", content: String(line.silver) },
          { class: "cell-medal bronze", content: String(line.bronze) },
          { class: "cell-number", content: String(line.total) },
        ],
      })),
      word("noMedals"),
    );
  }
}
