/** Lets the reader choose a language; the address keeps it. */

import { h } from "../modules/dom.js";
import { language, LANGUAGE_NAMES, LANGUAGES, tag, word } from "../modules/words.js";

export class LanguageChoice extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    const select = h(
      "select",
      { class: "language", onchange: () => this.#choose(select.value) },
      ...LANGUAGES.map((code, i) =>
        h("option", { value: code, lang: tag(code), selected: code === language() }, LANGUAGE_NAMES[i]),
      ),
    );
    this.append(h("label", null, h("span", null, word("language")), select));
  }

  #choose(code) {
    const address = new URL(location.href);
    address.searchParams.set("lang", code);
    location.assign(address);
  }
}
