/**
 * Packed batches: the tokens of all texts lie in one row after the other, without padding.
 * The arrays are those that `Layout` in src/tensor describes; only attention sees a padded shape.
 */

import type { TokenIds } from "../plugin/index.ts"
import type { HostTensor } from "../tensor/index.ts"

export type Feeds = Record<string, HostTensor>

/** Whether batches of the texts have few shapes: that many tokens for that many texts. */
export const equallyLong = (texts: readonly TokenIds[]): boolean =>
  texts.every(({ length }) => length === texts[0].length)

/** Feeds of one batch. Every text has at least one token. */
export const packed = (texts: readonly TokenIds[]): Feeds => {
  const examples = texts.length
  const tokens = texts.reduce((sum, text) => sum + text.length, 0)
  const length = texts.reduce((most, text) => Math.max(most, text.length), 1)
  const ids = new Int32Array(tokens)
  const positions = new Int32Array(tokens)
  const segment = new Int32Array(tokens)
  const unpad = new Int32Array(tokens)
  const pad = new Int32Array(examples * length).fill(tokens)
  const mask = new Float32Array(examples * length)
  const mean = new Float32Array(examples * tokens)
  const first = new Int32Array(examples)
  const last = new Int32Array(examples)
  let row = 0
  texts.forEach((text, e) => {
    first[e] = row
    for (let p = 0; p < text.length; p++, row++) {
      ids[row] = text[p]
      positions[row] = p
      segment[row] = e
      unpad[row] = e * length + p
      pad[e * length + p] = row
      mask[e * length + p] = 1
      mean[e * tokens + row] = 1 / text.length
    }
    last[e] = row - 1
  })
  return {
    ids: { shape: [tokens], data: ids },
    positions: { shape: [tokens], data: positions },
    segment: { shape: [tokens], data: segment },
    unpad: { shape: [tokens], data: unpad },
    pad: { shape: [examples, length], data: pad },
    mask: { shape: [examples, length], data: mask },
    mean: { shape: [examples, tokens], data: mean },
    first: { shape: [examples], data: first },
    last: { shape: [examples], data: last },
  }
}

/** Texts of like length together, so that attention pads little; results go back to where they came from. */
export const chunksByLength = (texts: readonly TokenIds[], size: number): readonly Int32Array[] => {
  const order = Int32Array.from(texts, (_, i) => i).sort((a, b) => texts[a].length - texts[b].length || a - b)
  return Array.from({ length: Math.ceil(order.length / size) }, (_, k) => order.slice(k * size, (k + 1) * size))
}
