/** Maps of characters in sentencepiece's format, made by it and here by hand: what texts become, and which are refused. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { characterMap, checkCharsmap } from "../../src/plugin/charsmap.ts"
import { tokenize } from "../../src/plugin/tokenizing.ts"
import golden from "../golden/charsmap.json" with { type: "json" }

/** A map in base64: each node of the trie has 256 units of its own, at its first the leaf, at unit c the way to its child. */
const mapOf = (texts: Readonly<Record<string, string>>): string => {
  const units: number[] = new Array(256).fill(0)
  const strings: number[] = []
  const children = new Map<string, number>()
  const encode = (text: string) => [...new TextEncoder().encode(text)]
  const toward = (place: number, base: number): number => {
    const offset = place ^ base
    return offset < 1 << 21 ? offset << 10 : ((offset >> 8) << 10) | 0x200
  }
  // The root's own unit leads to the second block.
  units[0] = toward(0, 256)
  units.push(...new Array(256).fill(0))
  for (const [key, text] of Object.entries(texts)) {
    let base = 256
    let path = ""
    const bytes = encode(key)
    bytes.forEach((byte, i) => {
      path += `/${byte}`
      const place = base ^ byte
      const next = children.get(path) ?? units.length
      if (!children.has(path)) {
        children.set(path, next)
        units.push(...new Array(256).fill(0))
      }
      units[place] = ((units[place] & 0x100) | toward(place, next) | byte) >>> 0
      if (i === bytes.length - 1) {
        units[place] |= 0x100
        units[next] = (strings.length | 0x80000000) >>> 0
      }
      base = next
    })
    strings.push(...encode(text), 0)
  }
  const view = new DataView(new ArrayBuffer(4 + 4 * units.length + strings.length))
  view.setUint32(0, 4 * units.length, true)
  units.forEach((unit, i) => view.setUint32(4 + 4 * i, unit >>> 0, true))
  strings.forEach((byte, i) => view.setUint8(4 + 4 * units.length + i, byte))
  return btoa(String.fromCharCode(...new Uint8Array(view.buffer)))
}

const refused = (map: string | null) => {
  const normalizer = { type: "Sequence", normalizers: [{ type: "Precompiled", precompiled_charsmap: map }] }
  try {
    checkCharsmap({ normalizer }, "models/own")
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

test("golden: texts become what Hugging Face's tokenizers makes of them, U+200D among them", () => {
  const map = characterMap(golden.map)
  for (const [text, expected] of golden.texts) assert.equal(map(text), expected, JSON.stringify(text))
  assert.ok(golden.texts.some(([text]) => text.includes("\u200d")))
})

test("a key becomes its text, what is none stays; of keys that a character begins with the shortest counts", () => {
  const map = characterMap(mapOf({ Ａ: "A", ﬁ: "fi", "e\u0301": "é", b: "c", "b\u0301": "d", "\u0301": "" }))
  assert.deepEqual(["ＡﬁA②", "e\u0301e", "b\u0301", "o\u0301", "", "👩\u200d💻"].map(map), [
    "AfiA②",
    "ée",
    "c",
    "o",
    "",
    "👩\u200d💻",
  ])
})

test("a character of six bytes or more is looked up letter by letter", () => {
  const map = characterMap(mapOf({ 가: "x", ᄀ: "y", "👩": "z", "👩\u200d💻": "w" }))
  assert.deepEqual(["ᄀ\u1161", "👩\u200d💻", "👩"].map(map), ["y\u1161", "z\u200d💻", "z"])
})

test("a map that folds cases is read like any other, and a damaged one is refused", () => {
  const folding = mapOf({ A: "a", Ａ: "a" })
  assert.equal(refused(folding), undefined)
  assert.equal(characterMap(folding)("AＡ"), "aa")
  for (const damaged of [null, "", golden.map.slice(0, 400), golden.map.slice(0, -8), "no base64!"])
    assert.match(refused(damaged) ?? "", /map of characters of the tokenizer of "models\/own" is damaged/, `${damaged}`)
  assert.doesNotThrow(() => checkCharsmap({ normalizer: null }, "any"))
  assert.doesNotThrow(() => checkCharsmap({ normalizer: { type: "NFKC" } }, "any"))
})

for (const wrapped of [false, true])
  test(`a tokenizer reads its own map${wrapped ? ", among other normalizers" : ""}`, () => {
    const precompiled = { type: "Precompiled", precompiled_charsmap: mapOf({ Ａ: "A", "\u200c": "B" }) }
    const pieces = ["<unk>", "\u2581", "A", "B", "\u200d", "Ａ", "x"]
    const tokenizer = {
      version: "1.0",
      added_tokens: [
        { id: 0, content: "<unk>", single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
      ],
      normalizer: wrapped ? { type: "Sequence", normalizers: [{ type: "Lowercase" }, precompiled] } : precompiled,
      pre_tokenizer: { type: "Metaspace", replacement: "\u2581", prepend_scheme: "never" },
      post_processor: null,
      decoder: null,
      model: { type: "Unigram", unk_id: 0, vocab: pieces.map((piece) => [piece, piece === "<unk>" ? 0 : -1]) },
    }
    const ids = ([...text]: string) =>
      [...tokenize([text.join("")], { tokenizer, maxTokens: 64 })[0]].map((id) => pieces[id])
    assert.deepEqual(ids("Ａ\u200cx\u200d"), wrapped ? ["<unk>", "B", "x", "\u200d"] : ["A", "B", "x", "\u200d"])
  })
