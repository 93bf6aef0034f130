/** Compiles and runs some formulas once. */
import { type Feeds, packed } from "../model/batch.ts"
import {
  type Engine,
  type HostTensor,
  nameOf,
  program,
  type RandomStream,
  type Tensor,
  type TokenIds,
} from "../plugin/index.ts"

export const run = async (
  engine: Engine,
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Feeds,
): Promise<Readonly<Record<string, HostTensor>>> => {
  const session = await engine.compile(program(outputs))
  try {
    return await session.run(feeds)
  } finally {
    await session.release()
  }
}

/** The same formulas for each text alone, their rows laid one after the other. */
export const runAlone = async (
  engine: Engine,
  outputs: Readonly<Record<string, Tensor>>,
  texts: readonly TokenIds[],
  more: (text: number) => Feeds = () => ({}),
): Promise<Readonly<Record<string, HostTensor>>> => {
  const session = await engine.compile(program(outputs))
  const parts: Record<string, number[]> = {}
  for (const [i, text] of texts.entries())
    for (const [name, { data }] of Object.entries(await session.run({ ...packed([text]), ...more(i) })))
      (parts[name] ??= []).push(...Array.from(data as Float64Array))
  await session.release()
  return Object.fromEntries(
    Object.entries(parts).map(([name, data]) => [name, { shape: [data.length], data: Float64Array.from(data) }]),
  )
}

/** Noise for a program's leaves, fixed by the stream; sizes of the batch by name. */
export const noiseFor = (
  outputs: Readonly<Record<string, Tensor>>,
  sizes: Readonly<Record<string, number>>,
  random: RandomStream,
): Feeds =>
  Object.fromEntries(
    program(outputs).noise.map((leaf): [string, HostTensor] => {
      const shape = leaf.shape.map((n) => (typeof n === "number" ? n : sizes[n]))
      return [
        nameOf(leaf),
        { shape, data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform()) },
      ]
    }),
  )

export const sizesOf = (texts: readonly TokenIds[]): Readonly<Record<string, number>> => ({
  examples: texts.length,
  tokens: texts.reduce((sum, { length }) => sum + length, 0),
  length: Math.max(...texts.map(({ length }) => length)),
})
