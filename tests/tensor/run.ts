/** Runs formulas in tests, on the reference backend or onnxruntime. */
import onnxruntime from "../../plugins/backends/onnxruntime/index.ts"
import reference from "../../plugins/backends/reference/index.ts"
import type { Engine } from "../../src/plugin/index.ts"
import { type HostTensor, program, type RandomStream, type Tensor } from "../../src/tensor/index.ts"

export type Feeds = Record<string, HostTensor>

/** L2R_PROVIDER: another execution provider, for who has one. */
const provider = (process.env.L2R_PROVIDER ?? "cpu") as "cpu"

let native: Promise<Engine> | undefined
export const onReference = (): Promise<Engine> => reference.open({})
export const onOnnxruntime = (): Promise<Engine> => {
  native ??= onnxruntime.open({ threads: 1, provider, weights: "float32" })
  return native
}

/** The values of some formulas; feeds that the program does not read are left out. */
export const evaluate = async (
  engine: Engine,
  outputs: Record<string, Tensor>,
  feeds: Feeds,
): Promise<Record<string, HostTensor>> => {
  const session = await engine.compile(program(outputs))
  try {
    return await session.run(feeds)
  } finally {
    await session.release()
  }
}

/** Numbers of a shape, uniform in [low, high). */
export const numbers = (random: RandomStream, shape: readonly number[], low = -1, high = 1): HostTensor => ({
  shape,
  data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => low + (high - low) * random.uniform()),
})

/** Largest difference relative to 1 + |value|. */
export const distance = (a: HostTensor, b: HostTensor): number => {
  if (a.shape.join() !== b.shape.join()) return Number.POSITIVE_INFINITY
  let worst = 0
  for (let i = 0; i < a.data.length; i++) {
    const [x, y] = [Number(a.data[i]), Number(b.data[i])]
    worst = Math.max(worst, Number.isFinite(x - y) ? Math.abs(x - y) / (1 + Math.abs(x)) : Number.POSITIVE_INFINITY)
  }
  return worst
}
