/**
 * A batch in parts that are computed one after the other, for losses that are means over examples: the arrays of a part
 * stay in the processor's cache from one operator to the next, and a part needs less memory than the whole. Texts of
 * like length come together, so that attention pads little.
 */
import type { Site, TokenIds } from "../plugin/index.ts"

/** Numbers of the widest array of a part: 3 MB in float32. With half of it time is lost to starting operators. */
const NUMBERS = 3 << 18

/** Where gradients are many, adding them up costs more than the cache gives back. */
const MOST_TRAINED = 1 << 20

/** How many tokens are computed at once, on average of the parts. */
export const tokensAtOnce = (
  sites: readonly Pick<Site, "out">[],
  trained: ReadonlyMap<string, { readonly length: number }>,
): number => {
  const numbers = [...trained.values()].reduce((sum, { length }) => sum + length, 0)
  if (numbers > MOST_TRAINED) return Number.POSITIVE_INFINITY
  return Math.ceil(NUMBERS / sites.reduce((most, { out }) => Math.max(most, out), 1))
}

export const partsOf = (texts: readonly TokenIds[], batch: Int32Array, tokens: number): readonly Int32Array[] => {
  const total = batch.reduce((sum, i) => sum + texts[i].length, 0)
  const count = Math.max(1, Math.round(total / tokens))
  if (count === 1) return [batch]
  const byLength = batch.slice().sort((a, b) => texts[a].length - texts[b].length || a - b)
  const parts: number[][] = Array.from({ length: count }, () => [])
  let before = 0
  for (const i of byLength) {
    parts[Math.min(count - 1, Math.floor((before * count) / total))].push(i)
    before += texts[i].length
  }
  return parts.filter((part) => part.length > 0).map((part) => Int32Array.from(part))
}
