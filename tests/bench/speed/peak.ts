/** The rate that products of large matrices reach: what shares of the processor's peak are measured against. `peers.py` does the same. */
import onnxruntime from "../../../plugins/backends/onnxruntime/index.ts"
import { flopsOf } from "../../../src/model/flops.ts"
import { input, matmul, program, randomStream, type Tensor, weight } from "../../../src/plugin/index.ts"
import type { Prepared } from "./job.ts"

const [ROWS, WIDTH, PRODUCTS] = [1024, 1536, 8]

export const peak = async (threads: number): Promise<Prepared> => {
  const random = randomStream(1, "peak")
  const drawn = (shape: readonly number[]) => ({
    shape,
    data: Float32Array.from({ length: shape[0] * shape[1] }, () => random.uniform() - 0.5),
  })
  const W = weight("W", drawn([WIDTH, WIDTH]))
  // One after the other, so that going in and out of the session counts for little.
  const y = Array.from({ length: PRODUCTS }).reduce((x: Tensor) => matmul(x, W), input("x", [ROWS, WIDTH]))
  const product = program({ y })
  const session = await (await onnxruntime.open({ threads, provider: "cpu", weights: "float32" })).compile(product)
  const x = drawn([ROWS, WIDTH])
  return {
    run: async (times) => {
      for (let k = 0; k < times; k++) await session.run({ x })
    },
    flops: flopsOf(product, {}),
  }
}
