import assert from "node:assert/strict"
import { test } from "node:test"
import { type Corpus, folded, heldOut } from "../../plugins/data/wordnet/corpus.ts"
import wordnet from "../../plugins/data/wordnet/index.ts"
import { Schema } from "../../src/plugin/index.ts"

const place = { directory: "." }
const options = Schema.decodeUnknownSync(wordnet.options)({})
const corpus = (await wordnet.corpus!(undefined, options, place)) as Corpus
const stream = await wordnet.load(await wordnet.tasks(undefined, options, place), undefined, options, place)
const held = stream.flatMap(({ validation, test: last }) => [...validation, ...last].map(({ text }) => text))
const has = new Set(corpus.texts)

/** A milder folding than the corpus's own: written apart from it. */
const plain = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9 ]/g, " ")
    .replace(/ +/g, " ")
    .trim()

test("no validation or test gloss of the stream is in the corpus, case and punctuation folded", () => {
  assert.equal(held.length, 25 * 140 - 59)
  for (const fold of [folded, plain]) {
    const texts = new Set(corpus.texts.map(fold))
    assert.deepEqual(
      held.filter((text) => texts.has(fold(text))),
      [],
    )
  }
})

test("training glosses are in the corpus, so the test above can fail", () => {
  const train = stream.flatMap((task) => task.train.map(({ text }) => text))
  const missing = train.filter((text) => !has.has(text))
  assert(missing.length <= 3, missing.join("\n")) // those that say the same as a held-out gloss
  const allowed = heldOut(stream)
  for (const text of missing) assert(allowed.has(folded(text)))
})

test("definitions, examples and synonyms of all parts of speech, each text once, in the order of their characters", () => {
  assert.deepEqual(corpus.counts, { definitions: 113478, examples: 48389, synonyms: 102499 })
  assert.equal(corpus.texts.length, 264366)
  assert.equal(has.size, corpus.texts.length)
  assert.deepEqual(corpus.texts, [...corpus.texts].sort())
  for (const text of ["physical entity", "abstraction, abstract entity", "an emergent republic"])
    assert(has.has(text), text)
})

test("folding keeps letters and digits alone", () => {
  assert.equal(folded("A well-known (or “Known”) 2nd Café!"), "awellknownorknown2ndcafe")
  assert.equal(folded("…"), "")
})
