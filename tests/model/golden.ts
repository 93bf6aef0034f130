/** Reads golden values: the tiny BERT of the fixtures, arrays, and how far two arrays are apart. */
import { fileURLToPath } from "node:url"
import bert from "../../plugins/backbones/bert/index.ts"
import onnxruntime from "../../plugins/backends/onnxruntime/index.ts"
import reference from "../../plugins/backends/reference/index.ts"
import type { Network } from "../../src/model/encoder.ts"
import type { Head } from "../../src/model/library.ts"
import type { Checkpoint, Engine, HostTensor, TokenIds } from "../../src/plugin/index.ts"

export type Nested = number | readonly Nested[]

const golden = fileURLToPath(new URL("../golden/", import.meta.url))

export const checkpointAt = (folder: string, directory = golden): Promise<Checkpoint> =>
  bert.load(folder, { max_tokens: 512, pooling: "mean" }, { directory })

export const tinyBert = async (): Promise<Network> => ({ backbone: bert, checkpoint: await checkpointAt("tiny_bert") })

/** One engine of each kind; onnxruntime stays open as long as the file runs. */
export const engines: Readonly<Record<"reference" | "onnxruntime", () => Promise<Engine>>> = {
  reference: () => reference.open({}),
  onnxruntime: once(() => onnxruntime.open({ threads: 1, provider: "cpu", weights: "float32" })),
}

function once<A>(make: () => Promise<A>): () => Promise<A> {
  let made: Promise<A> | undefined
  return () => (made ??= make())
}

export const hostOf = (values: Nested): HostTensor => {
  const shape: number[] = []
  for (let level = values; typeof level !== "number"; level = level[0]) shape.push(level.length)
  return { shape, data: Float32Array.from(flat(values)) }
}

/** The same for each value of a record. */
export const hostsOf = (record: Readonly<Record<string, Nested>>): Record<string, HostTensor> =>
  Object.fromEntries(Object.entries(record).map(([name, values]) => [name, hostOf(values)]))

export const headOf = ({ W, b }: { readonly W: Nested; readonly b: Nested }): Head => ({ W: hostOf(W), b: hostOf(b) })

export const flat = (values: Nested): number[] => (typeof values === "number" ? [values] : values.flatMap(flat))

export const textsOf = (ids: readonly (readonly number[])[]): readonly TokenIds[] =>
  ids.map((one) => Int32Array.from(one))

/** Largest difference between arrays of equal length, NaN counted as infinite. */
export const apart = (actual: ArrayLike<number | bigint>, expected: Nested): number => {
  const wanted = flat(expected)
  if (actual.length !== wanted.length) return Number.POSITIVE_INFINITY
  return wanted.reduce((most, value, i) => {
    const gap = Math.abs(Number(actual[i]) - value)
    return Math.max(most, Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap)
  }, 0)
}

/** Golden values have seven significant digits. */
export const DIGITS = 1e-6
