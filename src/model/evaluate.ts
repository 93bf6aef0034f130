/** Runs a forward program over many texts and lays the outputs back in the order of the texts. */
import type { HostTensor } from "../tensor/index.ts"
import type { Session, TokenIds } from "../plugin/index.ts"
import { chunksByLength, type Feeds, packed } from "./batch.ts"

export interface Passes {
  readonly session: Session
  readonly texts: readonly TokenIds[]
  /** Feeds beside the texts' own, by indices of the texts: parameters, queries. */
  readonly extra?: (batch: Int32Array) => Feeds
  readonly chunk?: number
  readonly onProgress?: (done: number) => void
}

/** Every output [examples, ..] of the program, as [texts, ..]. */
export const forwardAll = async ({ session, texts, extra, chunk = 64, onProgress }: Passes): Promise<Record<string, HostTensor>> => {
  const results: Record<string, HostTensor> = {}
  let done = 0
  for (const batch of chunksByLength(texts, chunk)) {
    const outputs = await session.run({ ...packed(Array.from(batch, (i) => texts[i])), ...extra?.(batch) })
    for (const [name, { shape, data }] of Object.entries(outputs)) {
      const width = data.length / batch.length
      results[name] ??= { shape: [texts.length, ...shape.slice(1)], data: new Float32Array(texts.length * width) }
      const target = results[name].data as Float32Array
      batch.forEach((i, row) => {
        target.set((data as Float32Array).subarray(row * width, (row + 1) * width), i * width)
      })
    }
    done += batch.length
    onProgress?.(done / texts.length)
  }
  return results
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
