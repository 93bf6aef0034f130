/** Every code has a page, and the examples of every page are what they say. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { catalogue } from "../../dsl/diagnostics/catalogue.ts"
import { pages, runExample, SAME_PAGE, shownOf, words } from "../../dsl/explain/index.ts"
import { check } from "../../dsl/index.ts"
import { current } from "../../dsl/syntax/dialect.ts"
import type { Vocabulary } from "../../dsl/vocabulary.ts"

const vocabulary = JSON.parse(readFileSync(new URL("../../dsl/vocabulary.json", import.meta.url), "utf8")) as Vocabulary

/** Codes that no file of this version can bring about: of an older one, and what the verbs and the plan find. */
const LATER = ["L2R0217", "L2R0219", "L2R0600"]

test("every code has a page, and every page is of a code", () => {
  assert.deepEqual(Object.keys(pages).sort(), Object.keys(catalogue).sort())
})

for (const [code, page] of Object.entries(pages)) {
  test(`the examples of ${code}`, () => {
    const wrong = runExample(page.wrong, page, vocabulary).diagnostics.map((diagnostic) => diagnostic.code)
    if (!LATER.includes(code)) assert.ok(wrong.includes(code), `${shownOf(page.wrong)} has ${wrong.join(", ")}`)
    const right = runExample(page.right, page, vocabulary).diagnostics
    assert.deepEqual(
      right.filter((each) => each.severity === "error" || each.code === code).map((each) => each.code),
      [],
      shownOf(page.right),
    )
  })
}

for (const [word, page] of Object.entries(words)) {
  test(`the example of ${word}`, () => {
    const { diagnostics } = runExample(page.example, page, vocabulary)
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity === "error").map(({ code, message }) => `${code} ${message}`),
      [],
    )
    const said = [word, ...Object.keys(SAME_PAGE).filter((other) => SAME_PAGE[other] === word)]
    const whole = `${page.title} ${page.text} ${shownOf(page.example)}`
    assert.ok(
      said.some((each) => whole.includes(each)),
      word,
    )
  })
}

test("words that share a page name one that is there", () => {
  for (const word of Object.values(SAME_PAGE)) assert.ok(Object.hasOwn(words, word), word)
})

test("a file of an older language is what its page says", () => {
  const found = check("language 1\n", { file: "f", vocabulary, dialect: { ...current, version: 2 } }).diagnostics
  assert.ok(found.some(({ code }) => code === LATER[0]))
})

test("pages say something", () => {
  for (const [code, { title, text }] of Object.entries(pages)) {
    assert.ok(text.length > 60 && /[.`]$/.test(text), code)
    assert.doesNotMatch(title, /[.A-Z]/, code)
  }
})
