/** What is different, as sentences: one list for each table that changes. */

import { groups } from "../modules/changes.js";
import { h } from "../modules/dom.js";
import { spelledName } from "../modules/spelled-name.js";
import { word } from "../modules/words.js";

export class DifferenceList extends HTMLElement {
  /** Show the rows of an answer; `none` is said where there is no difference. */
  show(rows, none = word("nothingDifferent")) {
    const found = groups(rows);
    this.replaceChildren(
      ...(found.length
        ? found.map((group) =>
            h(
              "section",
              { class: "difference-group", "data-document": group.document },
              h("h3", {}, group.title),
              h(
                "ul",
                { role: "list" },
                ...group.lines.map((line) =>
                  h(
                    "li",
                    {},
                    h("span", { class: "difference-noc" }, line.noc),
                    h("span", { class: "difference-name" }, ...spelledName(line)),
                    h("span", { class: "difference-text" }, line.text),
                  ),
                ),
              ),
            ),
          )
        : [h("p", { class: "difference-none" }, none)]),
    );
  }
}
