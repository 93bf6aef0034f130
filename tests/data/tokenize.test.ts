import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { test } from "node:test"
import { tokenizerFile } from "../../src/model/tokenizer_file.ts"
import {
  DataError,
  detokenize,
  tokenizeFramed as tokenize,
  tokenizeAnswers,
  tokenizePrompts,
} from "../../src/plugin/index.ts"

const MINILM = new URL("../../../shared/models/all-MiniLM-L6-v2/tokenizer.json", import.meta.url)
const golden: { texts: string[]; cases: [number, number, number[]][] } = JSON.parse(
  readFileSync(new URL("../golden/tokenizer_minilm.json", import.meta.url), "utf8"),
)

test("MiniLM's token ids of tricky texts, whole and cut, are Hugging Face's", {
  skip: !existsSync(MINILM) && "needs ../shared/models/all-MiniLM-L6-v2",
}, () => {
  const tokenizer = JSON.parse(readFileSync(MINILM, "utf8"))
  for (const [maxTokens, index, ids] of golden.cases) {
    const text = golden.texts[index]
    assert.deepEqual(
      [...tokenize([text], { tokenizer, maxTokens })[0]],
      ids,
      `${JSON.stringify(text.slice(0, 60))} cut at ${maxTokens}`,
    )
  }
})

const tiny = tokenizerFile([
  "[PAD]",
  "[UNK]",
  "[CLS]",
  "[SEP]",
  "[MASK]",
  "a",
  "##b",
  "ab",
  "σ",
  "##σ",
  "一",
  "\u{20000}",
])

test("[CLS] and [SEP] surround a text, and [SEP] survives a cut", () => {
  const ids = (text: string, maxTokens: number) => [...tokenize([text], { tokenizer: tiny, maxTokens })[0]]
  assert.deepEqual(ids("a Ab abb", 64), [2, 5, 7, 7, 6, 3])
  assert.deepEqual(ids("a Ab abb", 6), [2, 5, 7, 7, 6, 3])
  assert.deepEqual(ids("a Ab abb", 5), [2, 5, 7, 7, 3])
  assert.deepEqual(ids("a Ab abb", 2), [2, 3])
  assert.deepEqual(ids("", 64), [2, 3])
  assert.deepEqual(ids("zzz a", 64), [2, 1, 5, 3])
})

test("a last sigma is a sigma, and far ideographs stand alone", () => {
  assert.deepEqual([...tokenize(["ΣΣ"], { tokenizer: tiny, maxTokens: 64 })[0]], [2, 8, 9, 3])
  assert.deepEqual([...tokenize(["a\u{20000}一a"], { tokenizer: tiny, maxTokens: 64 })[0]], [2, 5, 11, 10, 5, 3])
})

const unusable: [string, unknown][] = [
  ["no object", "text"],
  ["empty object", {}],
  ["no unknown token", { ...tiny, model: { ...tiny.model, unk_token: "[NONE]" } }],
  ["no frame", { ...tiny, post_processor: null }],
]
for (const [name, tokenizer] of unusable)
  test(`an unusable tokenizer is a DataError: ${name}`, () => {
    assert.throws(
      () => tokenize(["a"], { tokenizer, maxTokens: 8 }),
      (error: Error) => error instanceof DataError && /tokenizer\.json cannot be used/.test(error.message),
    )
  })

const STORIES = new URL("../../../shared/models/stories260k/tokenizer.json", import.meta.url)

test("a prompt is a text between its first special token and a line feed, which stays where it is cut; an answer is bare", {
  skip: !existsSync(STORIES) && "needs ../shared/models/stories260k",
}, () => {
  const tokenizer = JSON.parse(readFileSync(STORIES, "utf8"))
  const [begin, feed] = [1, 13]
  const [whole] = tokenizePrompts(["Once upon a time"], { tokenizer, maxTokens: 64 })
  const [answer] = tokenizeAnswers(["Once upon a time"], { tokenizer })
  assert.deepEqual([...whole], [begin, ...answer, feed])
  const [cut] = tokenizePrompts(["Once upon a time"], { tokenizer, maxTokens: 4 })
  assert.deepEqual([...cut], [begin, ...answer.slice(0, 2), feed])
  assert.deepEqual(detokenize([answer], { tokenizer }), ["Once upon a time"])
  assert.deepEqual([...tokenizeAnswers([""], { tokenizer })[0]], [])
})
