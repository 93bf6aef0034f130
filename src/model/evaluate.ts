/** Runs a forward program over many texts and lays the outputs back in the order of the texts. */

import type { Session, TokenIds } from "../plugin/index.ts"
import type { HostTensor } from "../tensor/index.ts"
import { chunksByLength, type Feeds, packed } from "./batch.ts"

export interface Passes {
  readonly session: Session
  readonly texts: readonly TokenIds[]
  /** Feeds beside the texts' own, by indices of the texts: parameters, queries. */
  readonly extra?: (batch: Int32Array) => Feeds
  /** Outputs with a row per token instead of one per text. */
  readonly perToken?: ReadonlySet<string>
  readonly chunk?: number
  readonly onProgress?: (done: number) => void
}

/** Every output [examples, ..] of the program, as [texts, ..]; those per token as [tokens of all texts, ..], one text after the other. */
export const forwardAll = async ({
  session,
  texts,
  extra,
  perToken = new Set(),
  chunk = 64,
  onProgress,
}: Passes): Promise<Record<string, HostTensor>> => {
  const results: Record<string, HostTensor> = {}
  const offsets = tokenOffsets(texts)
  let done = 0
  for (const batch of chunksByLength(texts, chunk)) {
    const outputs = await session.run({ ...packed(Array.from(batch, (i) => texts[i])), ...extra?.(batch) })
    for (const [name, { shape, data }] of Object.entries(outputs)) {
      const at = perToken.has(name) ? offsets : undefined
      const width = data.length / shape[0]
      const rows = at ? at[texts.length] : texts.length
      results[name] ??= { shape: [rows, ...shape.slice(1)], data: new Float32Array(rows * width) }
      const target = results[name].data as Float32Array
      let from = 0
      for (const i of batch) {
        const size = (at ? texts[i].length : 1) * width
        target.set((data as Float32Array).subarray(from, from + size), (at ? at[i] : i) * width)
        from += size
      }
    }
    done += batch.length
    onProgress?.(done / texts.length)
  }
  return results
}

/** Where each text's tokens begin when all lie one after the other; one more than texts. */
export const tokenOffsets = (texts: readonly TokenIds[]): Int32Array => {
  const offsets = new Int32Array(texts.length + 1)
  texts.forEach((text, i) => {
    offsets[i + 1] = offsets[i] + text.length
  })
  return offsets
}

/** Rows of a [n, width] matrix as a feed. */
export const rowsOf = ({ shape, data }: HostTensor, batch: Int32Array): HostTensor => {
  const width = data.length / shape[0]
  const rows = new Float32Array(batch.length * width)
  batch.forEach((i, row) => {
    rows.set((data as Float32Array).subarray(i * width, (i + 1) * width), row * width)
  })
  return { shape: [batch.length, ...shape.slice(1)], data: rows }
}
