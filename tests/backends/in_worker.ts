/** The worker of onnxruntime.test.ts: compiles and runs one program, and posts the result. */
import { parentPort } from "node:worker_threads"
import onnxruntime from "../../plugins/backends/onnxruntime/index.ts"
import { exp, input, program } from "../../src/tensor/index.ts"

const engine = await onnxruntime.open({ threads: 1, provider: "cpu", weights: "float32" })
const session = await engine.compile(program({ y: exp(input("x", ["n"])) }))
const { y } = await session.run({ x: { shape: [2], data: Float32Array.of(0, 1) } })
await session.release()
parentPort?.postMessage([...y.data])
