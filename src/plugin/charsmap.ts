/**
 * The map of characters in a tokenizer's `Precompiled` normalizer, as sentencepiece stores it: the size of a trie in bytes,
 * the trie as a double array (Yata et al. 2007) of 32-bit units, and the texts that its keys become, each ended by a zero.
 * It is applied as Hugging Face's Python library does it: what a reader sees as one character is looked up as a whole where
 * it has fewer than six bytes, else letter by letter; of keys that a text begins with the shortest counts.
 * `@huggingface/tokenizers` does not read the map: it does nearly what nmt_nfkc does, but for U+200D and rarer letters.
 */
import { DataError } from "./data.ts"

/** What a text becomes. */
export type CharacterMap = (text: string) => string

/** Bytes of a character from which on its letters are looked up one by one. */
const LONG = 6

/** `map`: base64. Throws RangeError where it is cut off. */
export const characterMap = (map: string): CharacterMap => {
  const bytes = Uint8Array.from(atob(map), (letter) => letter.charCodeAt(0))
  const view = new DataView(bytes.buffer)
  const strings = 4 + view.getUint32(0, true)
  if (bytes[bytes.length - 1] !== 0) throw new RangeError("the last text has no end")
  const trie = Uint32Array.from({ length: (strings - 4) / 4 }, (_, i) => view.getUint32(4 + 4 * i, true))
  const encoder = new TextEncoder()
  const decoder = new TextDecoder()
  /** What the shortest key that the bytes begin with becomes. */
  const found = (key: Uint8Array): string | undefined => {
    let place = offsetOf(trie[0])
    for (const byte of key) {
      place ^= byte
      const unit = trie[place]
      if (unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return undefined
      place ^= offsetOf(unit)
      if ((unit & 0x100) === 0) continue
      const start = strings + (trie[place] & 0x7fffffff)
      return decoder.decode(bytes.subarray(start, bytes.indexOf(0, start)))
    }
    return undefined
  }
  const alone = (letter: string): string => found(encoder.encode(letter)) ?? letter
  const character = (seen: string): string => {
    const key = encoder.encode(seen)
    return (key.length < LONG ? found(key) : undefined) ?? Array.from(seen, alone).join("")
  }
  const known = new Map<string, string>()
  return (text) => {
    let result = ""
    for (const { segment } of graphemes.segment(text)) {
      const before = known.get(segment)
      const now = before ?? character(segment)
      if (before === undefined) known.set(segment, now)
      result += now
    }
    return result
  }
}

/** Extended grapheme clusters. */
const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" })

const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6)

interface Normalizer {
  readonly type?: string
  readonly precompiled_charsmap?: string | null
  readonly normalizers?: readonly Normalizer[]
}

/** The maps of characters of a tokenizer.json. Throws DataError where one is damaged. */
export const checkCharsmap = (file: unknown, location: string): void => {
  const { normalizer } = (file ?? {}) as { readonly normalizer?: Normalizer | null }
  for (const { type, precompiled_charsmap: map } of [normalizer, ...(normalizer?.normalizers ?? [])].filter(
    (one) => !!one,
  ))
    if (type === "Precompiled" && !isWhole(map ?? ""))
      throw new DataError(
        `the map of characters of the tokenizer of "${location}" is damaged`,
        "copy or download tokenizer.json again",
      )
}

const isWhole = (map: string): boolean => {
  try {
    characterMap(map)
    return true
  } catch {
    return false
  }
}
