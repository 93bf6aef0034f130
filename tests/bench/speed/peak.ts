/** The rate that a product of large matrices reaches: what shares of the processor's peak are measured against. */
import onnxruntime from "../../../plugins/backends/onnxruntime/index.ts"
import { flopsOf } from "../../../src/model/flops.ts"
import { input, matmul, program, randomStream, weight } from "../../../src/plugin/index.ts"
import type { Prepared } from "./job.ts"

const [ROWS, INNER, COLUMNS] = [1024, 1536, 1536]

export const peak = async (threads: number): Promise<Prepared> => {
  const random = randomStream(1, "peak")
  const drawn = (shape: readonly number[]) => ({
    shape,
    data: Float32Array.from({ length: shape[0] * shape[1] }, () => random.uniform() - 0.5),
  })
  const product = program({ y: matmul(input("x", [ROWS, INNER]), weight("W", drawn([INNER, COLUMNS]))) })
  const session = await (await onnxruntime.open({ threads, provider: "cpu", weights: "float32" })).compile(product)
  const x = drawn([ROWS, INNER])
  return {
    run: async (times) => {
      for (let k = 0; k < times; k++) await session.run({ x })
    },
    flops: flopsOf(product, {}),
  }
}
