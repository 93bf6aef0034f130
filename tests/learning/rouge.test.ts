/** Rouge-L, Porter's stems and exact matches against rouge_score and NLTK. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { exactMatch, porterStem, rougeL } from "../../src/learning/metrics/index.ts"
import golden from "../golden/rouge.json" with { type: "json" }

test("golden: stems of words", () => {
  const [words, stems] = [golden.words.split(" "), golden.stems.split(" ")]
  assert.equal(words.length, stems.length)
  words.forEach((word, i) => {
    assert.equal(porterStem(word), stems[i], word)
  })
})

test("golden: Rouge-L with and without stems, and exact matches", () => {
  for (const [text, reference, bare, stemmed, same] of golden.rouge as [string, string, number, number, boolean][]) {
    assert.ok(Math.abs(rougeL(text, reference, false) - bare) < 1e-6, `${text} / ${reference}`)
    assert.ok(Math.abs(rougeL(text, reference) - stemmed) < 1e-6, `${text} / ${reference}`)
    assert.equal(exactMatch(text, reference), same, `${text} / ${reference}`)
  }
})
