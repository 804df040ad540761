/** Words in ten languages. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { choose, LANGUAGE_NAMES, LANGUAGES, speak, TABLE, translated, word } from "../modules/words.js";

const slots = (text) => (text.match(/\{\w+\}/g) ?? []).sort();

test("every word exists in every language, with the same places to fill in", () => {
  assert.equal(LANGUAGES.length, 10);
  assert.equal(LANGUAGE_NAMES.length, LANGUAGES.length);
  for (const [name, forms] of Object.entries(TABLE)) {
    assert.equal(forms.length, LANGUAGES.length, name);
    for (const [i, form] of forms.entries()) {
      assert.ok(form.trim(), `${name} in ${LANGUAGES[i]}`);
      assert.deepEqual(slots(form), slots(forms[0]), `${name} in ${LANGUAGES[i]}`);
    }
  }
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
