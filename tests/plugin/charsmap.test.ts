/** Maps of characters in sentencepiece's format, made here by hand: which are read as they are meant, and which are refused. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { checkCharsmap, mapped } from "../../src/plugin/charsmap.ts"

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

const FORMS = { Ａ: "A", ﬁ: "fi", "①": "1" }
const tokenizerWith = (map: string | null) => ({
  normalizer: { type: "Sequence", normalizers: [{ type: "Precompiled", precompiled_charsmap: map }] },
})
const refused = (map: string | null) => {
  try {
    checkCharsmap(tokenizerWith(map), "models/own")
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

test("a key becomes its text, what is none stays, and so does what only begins as a key", () => {
  const map = mapOf({ ...FORMS, ab: "x" })
  assert.deepEqual(
    ["Ａ", "ﬁ", "①", "ab", "a", "A", "abc", "②"].map((text) => mapped(map, text)),
    ["A", "fi", "1", "x", "a", "A", "abc", "②"],
  )
})

test("a map that does what is done here is taken; one that folds cases, or leaves forms as they are, is refused", () => {
  assert.equal(refused(mapOf(FORMS)), undefined)
  assert.match(
    refused(mapOf({ ...FORMS, A: "a", Ａ: "a" })) ?? "",
    /"models\/own" makes "a" of the letter "A".* ids would be wrong/,
  )
  assert.match(refused(mapOf({ ﬁ: "fi" })) ?? "", /makes "Ａ" of the letter "Ａ"/)
  assert.match(refused(null) ?? "", /makes "Ａ" of the letter "Ａ"/)
  assert.match(refused(mapOf(FORMS).slice(0, 1200)) ?? "", /is damaged|makes/)
  assert.doesNotThrow(() => checkCharsmap({ normalizer: null }, "any"))
  assert.doesNotThrow(() => checkCharsmap({ normalizer: { type: "NFKC" } }, "any"))
})
