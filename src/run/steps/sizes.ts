/** Sizes for counting FLOPs: one text of the mean length. */
import type { TokenIds } from "../../plugin/index.ts"

export const typicalSizes = (texts: readonly TokenIds[]): Readonly<Record<string, number>> => {
  const tokens = texts.reduce((sum, { length }) => sum + length, 0) / Math.max(1, texts.length)
  return { tokens, examples: 1, length: tokens }
}
