/**
 * Times one training step in onnxruntime: a BERT-shaped stack (6 layers, 384 wide, 12 heads, 1536 inside) with LoRA of
 * rank 8 on query and value, packed batch, forward and backward to the gradients of LoRA.
 *
 *   node tests/bench/step.ts [--texts long|short] [--threads 1] [--profile FILE]
 *
 * `long`: 8 texts of 128 tokens. `short`: 32 glosses of WordNet, 6 to 38 tokens, of which 59 % of a padded batch would be padding.
 * Prints the median time, and the rate that the floating-point operations of the matrix products come to;
 * `--profile` lets onnxruntime write where the time goes. Against PyTorch: `npm run bench`.
 */
import { parseArgs } from "node:util"
import { encode } from "../../plugins/backends/onnxruntime/encode.ts"
import onnxruntime from "../../plugins/backends/onnxruntime/index.ts"
import * as t from "../../src/tensor/index.ts"
import { layoutFeeds } from "../tensor/packed.ts"
import { median } from "./median.ts"

const text = { type: "string" } as const
const { values: flags } = parseArgs({
  options: { texts: { ...text, default: "long" }, threads: { ...text, default: "1" }, profile: text },
})
const GLOSSES = [
  38, 9, 16, 10, 7, 20, 18, 16, 18, 18, 14, 27, 12, 14, 15, 11, 16, 25, 14, 14, 14, 10, 15, 15, 12, 6, 11, 14, 12, 22,
  19, 12,
]
const lengths = flags.texts === "short" ? GLOSSES : new Array<number>(8).fill(128)
const [layers, width, heads, inside, rank] = [6, 384, 12, 1536, 8]
const [examples, length, tokens] = [lengths.length, Math.max(...lengths), lengths.reduce((a, b) => a + b, 0)]
const random = t.randomStream(1, "bench")
const host = (...shape: number[]): t.HostTensor => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (random.uniform() - 0.5) * 0.08),
})
const weight = (name: string, ...shape: number[]) => t.weight(name, host(...shape))

const layout = t.packedLayout()
const feeds: Record<string, t.HostTensor> = { ...layoutFeeds(lengths) }
const trained: t.Tensor[] = []

const dense = (name: string, x: t.Tensor, from: number, to: number) =>
  t.add(t.matmul(x, weight(`${name}.W`, from, to)), weight(`${name}.b`, to))

const lora = (name: string, x: t.Tensor, y: t.Tensor) => {
  const [A, B] = [t.parameter(`${name}.A`, [width, rank]), t.parameter(`${name}.B`, [rank, width])]
  feeds[`${name}.A`] = host(width, rank)
  feeds[`${name}.B`] = host(rank, width)
  trained.push(A, B)
  return t.add(y, t.scale(t.matmul(t.matmul(x, A), B), 2))
}
const norm = (name: string, x: t.Tensor) =>
  t.layerNorm(x, weight(`${name}.gain`, width), weight(`${name}.bias`, width), 1e-12)

const block = (name: string, x: t.Tensor) => {
  const q = lora(`${name}.q`, x, dense(`${name}.q`, x, width, width))
  const k = dense(`${name}.k`, x, width, width)
  const v = lora(`${name}.v`, x, dense(`${name}.v`, x, width, width))
  const attended = norm(`${name}.n1`, t.add(x, dense(`${name}.o`, t.attention(q, k, v, heads), width, width)))
  const inner = t.gelu(dense(`${name}.i`, attended, width, inside))
  return norm(`${name}.n2`, t.add(attended, dense(`${name}.f`, inner, inside, width)))
}

let h: t.Tensor = t.input("h", ["length", width], "float", t.tokenRows(layout))
feeds.h = host(tokens, width)
for (let i = 0; i < layers; i++) h = block(`layer.${i}`, h)
const labels = t.input("labels", [], "int", t.exampleRows(layout))
feeds.labels = { shape: [examples], data: new Int32Array(examples) }
const loss = t.crossEntropy(t.matmul(t.pool("mean", h), weight("head", width, 4)), labels)
const gradients = t.grad(loss, trained)
const step = t.program({ loss, ...Object.fromEntries(gradients.map((g, i) => [`g${i}`, g])) })

/** Multiply-adds of the matrix products, twice. */
const sizes = new Map<string, number>([
  ["tokens", tokens],
  ["examples", examples],
  ["length", length],
])
const flops = (program: t.Program) =>
  program.nodes
    .filter((x) => x.op === "matmul")
    .reduce((sum, x) => {
      const [a] = x.inputs
      const inner = a.shape[a.shape.length - (x.attributes.transposeA ? 2 : 1)]
      return sum + 2 * [...x.shape, inner].reduce<number>((n, dim) => n * t.valueOf(dim, sizes), 1)
    }, 0)

const graph = t.emit(step)
const counts = new Map<string, number>()
for (const { opType } of graph.nodes) counts.set(opType, (counts.get(opType) ?? 0) + 1)
console.log(
  `nodes ${graph.nodes.length}:`,
  [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([op, n]) => `${op} ${n}`)
    .join(", "),
)
let start = performance.now()
const model = encode(graph)
console.log(`encoded ${(model.length / 1e6).toFixed(1)} MB in ${(performance.now() - start).toFixed(0)} ms`)

const time = async (what: string, run: () => Promise<unknown>, work: number) => {
  await run()
  const times: number[] = []
  for (let i = 0; i < 7; i++) {
    start = performance.now()
    await run()
    times.push(performance.now() - start)
  }
  const ms = median(times)
  console.log(
    `${what}, ${flags.texts} texts: ${ms.toFixed(0)} ms (least ${times[0].toFixed(0)}), ${(work / 1e9).toFixed(1)} GFLOP, ${(work / ms / 1e6).toFixed(1)} GFLOP/s`,
  )
  return ms
}

if (flags.profile !== undefined) {
  const ort = await import("onnxruntime-node")
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    enableMemPattern: false,
    logSeverityLevel: 3,
    enableProfiling: true,
    profileFilePrefix: flags.profile,
  })
  const wire = Object.fromEntries(
    graph.inputs.map((x) => [
      x.name,
      x.dtype === "int"
        ? new ort.Tensor("int64", BigInt64Array.from(feeds[x.name].data as Int32Array, BigInt), feeds[x.name].shape)
        : new ort.Tensor("float32", Float32Array.from(feeds[x.name].data as Float32Array), feeds[x.name].shape),
    ]),
  )
  for (let i = 0; i < 10; i++) await session.run(wire)
  session.endProfiling()
} else {
  const engine = await onnxruntime.open({ threads: Number(flags.threads), provider: "cpu", weights: "float32" })
  const inference = t.program({ loss })
  start = performance.now()
  const session = await engine.compile(step)
  console.log(`compiled in ${(performance.now() - start).toFixed(0)} ms`)
  const forward = await engine.compile(inference)
  await time("forward", () => forward.run(feeds), flops(inference))
  await time("forward and backward", () => session.run(feeds), flops(step))
  await forward.release()
  await session.release()
}
