/**
 * What products in blocks of columns win and lose alone, beside the rule of `src/tensor/blocks.ts`: nanoseconds of a row on one core.
 *
 *   node tests/bench/speed/blocks.ts [--rows 512] [--turns 40]
 *
 * multiplied: won by each multiplication; biased: won by each number that a bias is added to; moved: lost by each number that goes into
 * blocks or out of them. Each the quartile of the fast turns, of programs that are run in turn.
 */
import { blockSize } from "../../../plugins/backends/onnxruntime/block_size.ts"
import { compile } from "../../../plugins/backends/onnxruntime/index.ts"
import { add, input, matmul, program, randomStream, type Tensor, weight } from "../../../src/plugin/index.ts"
import { blockedProduct, fromBlocks, toBlocks } from "../../../src/tensor/operators/blocks.ts"
import { reshape } from "../../../src/tensor/operators/reshaping.ts"
import { flagsOf } from "../flags.ts"

const text = { type: "string" } as const
const flags = flagsOf(
  {
    rows: { ...text, default: "512" },
    turns: { ...text, default: "40" },
  },
  import.meta.url,
)
const runtime = await import("onnxruntime-node")
if ((await blockSize(runtime)) === undefined) {
  console.log("skipped: this processor has no blocks that are used")
  process.exit()
}
const [rows, turns] = [Number(flags.rows), Number(flags.turns)]
const random = randomStream(1, "blocks")
const drawn = (shape: readonly number[]) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform() - 0.5),
})

const [INNER, OUTER] = [384, 1536]
const x = input("x", [rows, INNER])
const [up, down] = [weight("up", drawn([INNER, OUTER])), weight("down", drawn([OUTER, INNER]))]
const [b, none] = [weight("b", drawn([OUTER])), undefined]
const inBlocks = (bias: Tensor | undefined): Tensor => {
  const [first, second] = [reshape(up, [OUTER, INNER, 1, 1]), reshape(down, [INNER, OUTER, 1, 1])]
  return fromBlocks(blockedProduct(blockedProduct(toBlocks(x), first, bias), second))
}
/** Two products, as in a feed-forward layer; of all rows one number each is given. */
const summed = (y: Tensor): Tensor => matmul(y, weight("one", drawn([INNER, 1])))
const programs = {
  rows: summed(matmul(matmul(x, up), down)),
  "rows, biased": summed(matmul(add(matmul(x, up), b), down)),
  blocks: summed(inBlocks(none)),
  "blocks, biased": summed(inBlocks(b)),
  given: summed(x),
  moved: summed(fromBlocks(toBlocks(x))),
}
const sessions = new Map<string, Awaited<ReturnType<typeof compile>>>()
for (const [name, y] of Object.entries(programs))
  sessions.set(
    name,
    await compile(runtime, program({ y }), { threads: 1, provider: "cpu", weights: "float32", fewShapes: true }),
  )
const host = drawn([rows, INNER])
const times = new Map([...sessions.keys()].map((name): [string, number[]] => [name, []]))
for (let turn = 0; turn < turns; turn++)
  for (const [name, session] of sessions) {
    const started = performance.now()
    await session.run({ x: host })
    times.get(name)!.push(((performance.now() - started) * 1e6) / rows)
  }
const of = (name: keyof typeof programs): number => times.get(name)!.sort((a, b) => a - b)[turns >> 2]
const moved = (of("moved") - of("given")) / (2 * INNER)
const won = (of("rows") - of("blocks") + moved * 2 * INNER) / (2 * INNER * OUTER)
const biased = (of("rows, biased") - of("rows") - (of("blocks, biased") - of("blocks"))) / OUTER
console.log(`multiplied ${won.toFixed(4)}, biased ${biased.toFixed(2)}, moved ${moved.toFixed(2)}`)
