/** Which positions two tokenizers read alike: WordPiece, SentencePiece and byte-level pieces, each as its own file marks them. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { alikePositions, piecesOf } from "../../src/model/porting/pieces.ts"
import type { Backbone } from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"

const directory = fileURLToPath(new URL("../golden/", import.meta.url))
const special = (...words: readonly string[]) => words.map((content, id) => ({ id, content, special: true }))
const numbered = (pieces: readonly string[]) => Object.fromEntries(pieces.map((piece, id) => [piece, id]))

const wordPiece = {
  model: { type: "WordPiece", vocab: numbered(["[CLS]", "play", "##ing", "a", "game"]) },
  added_tokens: special("[CLS]"),
}
const unigram = {
  model: {
    type: "Unigram",
    vocab: ["<s>", "\u2581play", "ing", "\u2581a", "\u2581ga", "me"].map((piece) => [piece, 0]),
  },
  added_tokens: special("<s>"),
}
/** Without a space before the first word. */
const byteLevel = {
  model: { type: "BPE", vocab: numbered(["<s>", "play", "ing", "\u0120a", "\u0120game"]) },
  added_tokens: special("<s>"),
}

test("pieces are compared as WordPiece writes them; special tokens are like none", () => {
  const ids = Int32Array.of(0, 1, 2, 3, 4)
  const [words, sentence, bytes] = [wordPiece, unigram, byteLevel].map((one) => piecesOf(one)(ids))
  assert.deepEqual(words, [undefined, "play", "##ing", "a", "game"])
  assert.deepEqual(sentence, [undefined, "play", "##ing", "a", "ga"])
  assert.deepEqual(bytes, [undefined, "play", "##ing", "a", "game"])
  assert.deepEqual(alikePositions([words, words], [sentence, bytes]), [
    [1, 2, 3],
    [1, 2, 3, 4],
  ])
  assert.deepEqual(alikePositions([words], [sentence.slice(1)]), [[]], "the same index, and no other")
})

test("a tokenizer without marks, or without a file, has pieces that are like none or themselves", () => {
  assert.deepEqual(piecesOf(undefined)(Int32Array.of(3)), [undefined])
  assert.deepEqual(piecesOf({ model: { vocab: { a: 0, b: 1 } } })(Int32Array.of(0, 1, 7)), ["a", "b", undefined])
})

const read = async (plugin: string, location: string, text: string) => {
  const backbone = (await loadPlugin("backbone", plugin)) as Backbone
  const checkpoint = await backbone.load(location, { max_tokens: 20, pooling: "mean" }, { directory })
  return piecesOf(checkpoint.tokenizer)(backbone.tokenize([text], checkpoint)[0])
}

test("real tokenizers of four families read the first word of a text alike", async () => {
  const families = [
    ["bert", "tiny_bert"],
    ["roberta", "families/roberta"],
    ["roberta", "families/xlm_roberta"],
    ["albert", "families/albert"],
  ] as const
  const all = await Promise.all(families.map(([plugin, location]) => read(plugin, location, "the house")))
  for (const pieces of all) {
    assert.equal(pieces[0], undefined)
    assert.equal(pieces.at(-1), undefined)
    assert.deepEqual(alikePositions([all[0]], [pieces])[0].slice(0, 1), [1], `${pieces}`)
  }
})
