/**
 * The map of characters in a tokenizer's `Precompiled` normalizer, as sentencepiece stores it: the size of a trie in bytes,
 * the trie as a double array (Yata et al. 2007) of 32-bit units, and the texts that its keys become, each ended by a zero.
 * `@huggingface/tokenizers` does not read it: it does what sentencepiece's own map nmt_nfkc does.
 */
import { DataError } from "./data.ts"

/** What a text that is one key becomes; itself where it is none. `map`: base64. Throws RangeError where the map is cut off. */
export const mapped = (map: string, text: string): string => {
  const bytes = Uint8Array.from(atob(map), (letter) => letter.charCodeAt(0))
  if (bytes.length === 0) return text
  const view = new DataView(bytes.buffer)
  const unitAt = (place: number): number => view.getUint32(4 + 4 * place, true)
  const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6)
  let place = offsetOf(unitAt(0))
  let leaf = false
  for (const byte of new TextEncoder().encode(text)) {
    place ^= byte
    const unit = unitAt(place)
    if ((unit & 0x800000ff) >>> 0 !== byte) return text
    place ^= offsetOf(unit)
    leaf = (unit & 0x100) !== 0
  }
  if (!leaf) return text
  const start = 4 + view.getUint32(0, true) + (unitAt(place) & 0x7fffffff)
  return new TextDecoder().decode(bytes.subarray(start, bytes.indexOf(0, start)))
}

/** Letters that tell sentencepiece's maps apart: those that fold cases, and those that leave forms as they are. */
const PROBES = { A: "A", É: "É", Ａ: "A", ﬁ: "fi", "①": "1" } as const

/** Throws DataError where a tokenizer maps characters in another way than is done here. `file`: tokenizer.json. */
export const checkCharsmap = (file: unknown, location: string): void => {
  const { normalizer } = (file ?? {}) as { readonly normalizer?: Normalizer | null }
  for (const { type, precompiled_charsmap: map } of [normalizer, ...(normalizer?.normalizers ?? [])].filter(
    (one) => !!one,
  )) {
    if (type !== "Precompiled") continue
    for (const [letter, wanted] of Object.entries(PROBES)) {
      const found = whole(map ?? "", letter, location)
      if (found !== wanted)
        throw new DataError(
          `the tokenizer of "${location}" makes "${found}" of the letter "${letter}", by a map of characters of its own, where "${wanted}" would come out here: ids would be wrong`,
          "take a checkpoint whose tokenizer has sentencepiece's map nmt_nfkc, as those of T5, mT5 and XLM-RoBERTa",
        )
    }
  }
}

interface Normalizer {
  readonly type?: string
  readonly precompiled_charsmap?: string | null
  readonly normalizers?: readonly Normalizer[]
}

const whole = (map: string, letter: string, location: string): string => {
  try {
    return mapped(map, letter)
  } catch {
    throw new DataError(
      `the map of characters of the tokenizer of "${location}" is damaged`,
      "copy or download tokenizer.json again",
    )
  }
}
