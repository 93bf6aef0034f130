/** How many columns a block has in which onnxruntime multiplies faster than in rows, on this processor. */
import { BLOCKS_DOMAIN, type OnnxGraph } from "../../../src/plugin/index.ts"
import { encode } from "./encode.ts"

type Runtime = typeof import("onnxruntime-node")

const [CHANNELS, PIXELS] = [64, 2]

/** One value for each channel and pixel, written into blocks. */
const probe: OnnxGraph = {
  inputs: [{ name: "x", dtype: "float", shape: [1, CHANNELS, 1, PIXELS] }],
  outputs: [{ name: "y", as: "y", dtype: "float", shape: [1, CHANNELS, 1, PIXELS] }],
  initializers: [],
  nodes: [
    { opType: "ReorderInput", domain: BLOCKS_DOMAIN, name: "reorder", inputs: ["x"], outputs: ["y"], attributes: {} },
  ],
  opset: 21,
  microsoftOpset: 1,
}

let known: Promise<number | undefined> | undefined

/**
 * 16 with AVX-512. Nothing elsewhere: narrower blocks, as those of AVX2, have not been measured, nor has any processor that
 * is not x86.
 */
export const blockSize = (runtime: Runtime): Promise<number | undefined> => {
  known ??= asked(runtime)
  return known
}

const asked = async (runtime: Runtime): Promise<number | undefined> => {
  if (process.arch !== "x64") return undefined
  try {
    const session = await runtime.InferenceSession.create(encode(probe), { logSeverityLevel: 4 })
    const x = Float32Array.from({ length: CHANNELS * PIXELS }, (_, i) => i)
    const { y } = await session.run({ x: new runtime.Tensor("float32", x, [1, CHANNELS, 1, PIXELS]) })
    await session.release()
    // The second pixel of the first channel stands after all channels of the first block.
    return (y.data as Float32Array).indexOf(1) === 16 ? 16 : undefined
  } catch {
    return undefined // an onnxruntime without such blocks
  }
}
