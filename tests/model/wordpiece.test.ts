import assert from "node:assert/strict"
import { test } from "node:test"
import { Tokenizer } from "@huggingface/tokenizers"
import fc from "fast-check"
import { SPECIAL } from "../../src/model/tokenizer_file.ts"
import { countWords, trainWordPiece, wordPieceVocabulary } from "../../src/model/wordpiece.ts"

const SPECIALS = [...SPECIAL]

test("merges by hand: hug 10, pug 5, pun 12, bun 4, hugs 5", () => {
  const words = new Map(Object.entries({ hug: 10, pug: 5, pun: 12, bun: 4, hugs: 5 }))
  const alphabet = ["##g", "##n", "##s", "##u", "b", "g", "h", "n", "p", "s", "u"]
  // ##u##g 20, ##u##n 16, p##u 17, h##u 15, b##u 4, ##g##s 5          -> ##ug
  // ##u##n 16, h##ug 15, p##u 12, p##ug 5, ##ug##s 5, b##u 4           -> ##un
  // h##ug 15, p##un 12, p##ug 5, ##ug##s 5, b##un 4                    -> hug
  // p##un 12, p##ug 5, hug##s 5, b##un 4                               -> pun
  // hug##s 5 and p##ug 5: "hug" < "p"                                  -> hugs, then pug, then bun
  assert.deepEqual(wordPieceVocabulary(words, { size: 100 }), [
    ...SPECIALS,
    ...alphabet,
    "##ug",
    "##un",
    "hug",
    "pun",
    "hugs",
    "pug",
    "bun",
  ])
  assert.deepEqual(wordPieceVocabulary(words, { size: 18 }), [...SPECIALS, ...alphabet, "##ug", "##un"])
  assert.deepEqual(wordPieceVocabulary(words, { size: 100, minimum: 6 }), [
    ...SPECIALS,
    ...alphabet,
    "##ug",
    "##un",
    "hug",
    "pun",
  ])
})

test("a pair that overlaps itself is merged from the left", () => {
  // a ##a ##a ##a ##a holds ##a##a three times; merged at the first and the third: a ##aa ##aa
  assert.deepEqual(wordPieceVocabulary(new Map([["aaaaa", 2]]), { size: 8 }), [...SPECIALS, "##a", "a", "##aa"])
  assert.deepEqual(wordPieceVocabulary(new Map([["aaaaa", 2]]), { size: 100 }), [
    ...SPECIALS,
    "##a",
    "a",
    "##aa",
    "##aaaa",
    "aaaaa",
  ])
})

test("two ways to one piece make one entry", () => {
  const vocabulary = wordPieceVocabulary(new Map(Object.entries({ abc: 5, ab: 9, xbc: 20, bcbc: 7 })), { size: 100 })
  assert.equal(new Set(vocabulary).size, vocabulary.length)
})

test("rare characters stay out, and so do the words that hold them", () => {
  const words = new Map(Object.entries({ ab: 9, ac: 1 }))
  assert.deepEqual(wordPieceVocabulary(words, { size: 100, alphabet: 2 }), [...SPECIALS, "##b", "a", "b", "ab"])
})

test("nothing to learn from, and no room", () => {
  assert.deepEqual(wordPieceVocabulary(new Map(), { size: 10 }), SPECIALS)
  assert.deepEqual(wordPieceVocabulary(new Map([["ab", 2]]), { size: 6 }), [...SPECIALS, "##b"])
})

test("words are BERT's: lower case, no accents, punctuation and ideographs apart", () => {
  assert.deepEqual(
    [...countWords(["Éclair, eclair's", "東京 éclair"])],
    [
      ["eclair", 3],
      [",", 1],
      ["'", 1],
      ["s", 1],
      ["東", 1],
      ["京", 1],
    ],
  )
})

const texts = [
  "the cat sat on the mat",
  "The cats' hats: catty chats",
  "un dos tres, 1234 and 12",
  "that hat is a mat's cat",
]

test("the file tokenizes what it was trained on without unknown words", () => {
  const tokenizer = new Tokenizer(trainWordPiece(texts, { size: 60 }), {})
  for (const text of texts) {
    const { ids } = tokenizer.encode(text)
    assert.deepEqual([ids[0], ids[ids.length - 1], ids.includes(1)], [2, 3, false])
  }
  assert.deepEqual(tokenizer.encode("€ cat").ids.slice(0, 2), [2, 1])
})

/** The same algorithm without its shortcuts: pairs are counted anew for each merge. */
const plainly = (words: ReadonlyMap<string, number>, size: number): string[] => {
  const spelled = [...words].map(([word, times]) => ({
    pieces: [...word].map((c, i) => (i === 0 ? c : `##${c}`)),
    times,
  }))
  const vocabulary = new Set([
    ...SPECIALS,
    ...[...new Set([...[...words.keys()].join(""), ...spelled.flatMap(({ pieces }) => pieces)])].sort(),
  ])
  while (vocabulary.size < size) {
    const counts = new Map<string, number>()
    for (const { pieces, times } of spelled)
      for (let i = 0; i + 1 < pieces.length; i++)
        counts.set(`${pieces[i]}\0${pieces[i + 1]}`, (counts.get(`${pieces[i]}\0${pieces[i + 1]}`) ?? 0) + times)
    const [best] = [...counts].filter(([, n]) => n >= 2).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    if (best === undefined) break
    const [left, right] = best[0].split("\0")
    for (const word of spelled) {
      const pieces: string[] = []
      for (const piece of word.pieces)
        if (piece === right && pieces.at(-1) === left && !pieces.includes("\0"))
          pieces.push(`${pieces.pop()}${right.slice(2)}`)
        else pieces.push(piece)
      word.pieces = pieces
    }
    vocabulary.add(left + right.slice(2))
  }
  return [...vocabulary]
}

test("incremental counts give what counting anew gives, in any order of the words", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 7 })
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(word, fc.integer({ min: 1, max: 4 })), { maxLength: 12, selector: ([w]) => w }),
      fc.integer({ min: 11, max: 40 }),
      (entries, size) => {
        const expected = plainly(new Map(entries), size)
        assert.deepEqual(wordPieceVocabulary(new Map(entries), { size }), expected)
        assert.deepEqual(wordPieceVocabulary(new Map(entries.toReversed()), { size }), expected)
      },
    ),
  )
})
