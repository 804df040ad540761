/** Words in ten languages. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { choose, LANGUAGE_NAMES, LANGUAGES, ordinal, speak, TABLE, tag, translated, word } from "../modules/words.js";

const MODULES = new URL("../modules/", import.meta.url);
const formsOf = (cell) => (typeof cell === "string" ? [cell] : Object.values(cell));
const slots = (text) => (text.match(/\{\w+\}/g) ?? []).sort();

test("every word exists in every language, with the same places to fill in", () => {
  assert.equal(LANGUAGES.length, 10);
  assert.equal(LANGUAGE_NAMES.length, LANGUAGES.length);
  for (const [name, cells] of Object.entries(TABLE)) {
    assert.equal(cells.length, LANGUAGES.length, name);
    const wanted = slots(formsOf(cells[0])[0]);
    for (const [i, cell] of cells.entries()) {
      for (const form of formsOf(cell)) {
        assert.ok(form.trim(), `${name} in ${LANGUAGES[i]}`);
        assert.deepEqual(slots(form), wanted, `${name} in ${LANGUAGES[i]}`);
      }
    }
  }
});

test("no word stands twice: the later one would be said in place of the earlier", () => {
  const tables = readdirSync(MODULES).filter((name) => name.startsWith("word-table"));
  const names = tables.flatMap((name) => readFileSync(new URL(name, MODULES), "utf8").match(/^ {2}("[^"]+"|\w+)(?=: \[)/gm));
  assert.ok(names.length >= Object.keys(TABLE).length);
  assert.deepEqual(names.filter((name, i) => names.indexOf(name) !== i), []);
});

test("where a word has forms, there is one for every number that its language tells apart", () => {
  let checked = 0;
  for (const [name, cells] of Object.entries(TABLE)) {
    const type = name.startsWith("ordinal") ? "ordinal" : "cardinal";
    for (const [i, forms] of cells.entries()) {
      if (typeof forms === "string") continue;
      checked += 1;
      const rules = new Intl.PluralRules(LANGUAGES[i], { type });
      const needed = new Set(Array.from({ length: 200 }, (_, n) => rules.select(n + 1)).concat("other"));
      assert.deepEqual(Object.keys(forms).sort(), [...needed].sort(), `${name} in ${LANGUAGES[i]}`);
    }
  }
  assert.ok(checked > 30);
});

test("counts take the plural of their language: Polish has three, Korean and Hungarian one", () => {
  const told = (language, name, n) => {
    speak(language);
    return word(name, { n });
  };
  assert.deepEqual([1, 2, 4, 5, 12, 22].map((n) => told("pl", "lapsToGo", n)), [
    "do końca 1 okrążenie",
    "do końca 2 okrążenia",
    "do końca 4 okrążenia",
    "do końca 5 okrążeń",
    "do końca 12 okrążeń",
    "do końca 22 okrążenia",
  ]);
  assert.deepEqual([1, 2].map((n) => told("de", "lapsToGo", n)), ["noch 1 Runde", "noch 2 Runden"]);
  assert.deepEqual([1, 3].map((n) => told("en", "winsOf", n)), ["1 win", "3 wins"]);
  assert.deepEqual([1, 5].map((n) => told("pl", "pointsOf", n)), ["1 punkt", "5 punktów"]);
  assert.deepEqual([1, 5].map((n) => told("ko", "pointsOf", n)), ["1점", "5점"]);
  assert.deepEqual([1, 5].map((n) => told("hu", "pointsOf", n)), ["1 pont", "5 pont"]);
  speak("en");
});

test("a place within a sentence is written as its language writes ordinals", () => {
  const places = Object.fromEntries(
    LANGUAGES.map((language) => {
      speak(language);
      return [language, [1, 2, 3, 11, 21].map((n) => ordinal(n)).join(" ")];
    }),
  );
  speak("fr");
  const [she, they] = [ordinal(1, true), ordinal(2, true)];
  speak("it");
  const lei = ordinal(1, true);
  speak("en");
  assert.deepEqual(places, {
    en: "1st 2nd 3rd 11th 21st",
    de: "1. 2. 3. 11. 21.",
    fr: "1er 2e 3e 11e 21e",
    it: "1º 2º 3º 11º 21º",
    ko: "1위 2위 3위 11위 21위",
    zh: "第1名 第2名 第3名 第11名 第21名",
    ja: "1位 2位 3位 11位 21位",
    nl: "1e 2e 3e 11e 21e",
    pl: "1. 2. 3. 11. 21.",
    hu: "1. 2. 3. 11. 21.",
  });
  assert.deepEqual([she, they, lei], ["1re", "2e", "1ª"]);
});

test("French keeps its signs on the line of their word, Chinese and Japanese write them full", () => {
  const column = (language) =>
    Object.values(TABLE).flatMap((cells) => formsOf(cells[LANGUAGES.indexOf(language)]));
  for (const form of column("fr")) assert.doesNotMatch(form, /[^\u00a0][:;!?](?!\/)/, form);
  for (const language of ["zh", "ja"]) {
    for (const form of column(language)) assert.doesNotMatch(form, /[:;!?,]|\([^)]/, form);
  }
});

test("distances and races are named in the order of each language", () => {
  const named = (language, name) => {
    speak(language);
    const found = translated(name);
    speak("en");
    return found;
  };
  assert.equal(named("de", "Mixed 2000 m relay"), "2000-m-Mixed-Staffel");
  assert.equal(named("hu", "Men 500 m"), "Férfi 500 m");
  assert.equal(named("zh", "Women 3000 m relay"), "女子3000米接力");
  assert.equal(named("zh", "Women 500 m Final A"), "女子500米 A组决赛");
  assert.equal(named("ja", "Heat 3"), "予選3組");
  assert.equal(named("ko", "Semifinal 2"), "준결승 2조");
  assert.equal(named("hu", "Quarterfinal 1"), "1. negyeddöntő");
  assert.equal(named("fr", "Quarterfinals"), "Quarts de finale");
  assert.equal(named("nl", "Final B"), "B-finale");
  assert.equal(named("it", "Mixed Cup 12 m final"), "Misto Cup 12 m Finale");
  assert.equal(named("de", "Mixed 333 m"), "Mixed 333 m");
});

test("Chinese says in which script it is written, for the fonts", () => {
  assert.equal(tag("zh"), "zh-Hans");
  assert.equal(tag("ja"), "ja");
});

test("every word that a page or an element asks for is in the table", () => {
  const web = new URL("..", import.meta.url);
  const files = ["modules/", "elements/", ""].flatMap((folder) =>
    readdirSync(new URL(folder || ".", web))
      .filter((name) => /\.(js|html)$/.test(name))
      .map((name) => new URL(`${folder}${name}`, web)),
  );
  const asked = files.flatMap((file) => {
    const text = readFileSync(file, "utf8");
    const calls = [...text.matchAll(/\bword\("([^"]+)"/g), ...text.matchAll(/data-word(?:-label)?="([^"]+)"/g)];
    return calls.map((found) => [found[1], file.pathname]);
  });
  assert.ok(asked.length > 40);
  for (const [name, file] of asked) assert.ok(name in TABLE, `${name} in ${file}`);
});

test("the language is the one asked for, else one that the browser prefers, else English", () => {
  assert.equal(choose("ko", ["de"]), "ko");
  assert.equal(choose("tlh", ["pt-BR", "zh-Hant-TW", "de"]), "zh");
  assert.equal(choose(null, []), "en");
});

test("words are filled in, and names of races keep what is their own", () => {
  speak("de");
  assert.equal(word("lapsToGo", { n: 3 }), "noch 3 Runden");
  assert.equal(translated("Women 1000 m (2)"), "Frauen 1000 m (2)");
  assert.equal(translated("Final A"), "Finale A");
  speak("en");
  assert.equal(translated("Final A"), "Final A");
  assert.equal(word("lapsToGo", { n: 3 }), "3 laps to go");
});
