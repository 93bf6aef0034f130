/** What single strategies promise: projected gradients, frozen encoders, carried squares; and what replay draws. */
import assert from "node:assert/strict"
import { test } from "node:test"
import aGem from "../../../plugins/strategies/a_gem.ts"
import ewc from "../../../plugins/strategies/ewc.ts"
import seqStar from "../../../plugins/strategies/seq_star.ts"
import {
  constant,
  exampleRows,
  type HostTensor,
  input,
  packedLayout,
  Schema,
  weight,
} from "../../../src/plugin/index.ts"
import { headIn, host } from "../../../src/run/steps/given.ts"
import { drawsAt, kindOf } from "../../../src/run/steps/training/strategy/draws.ts"
import { jointLogits } from "../../../src/run/steps/training/strategy/joint_head.ts"
import { toyBench } from "../../../src/testing/router_bench.ts"
import { run } from "../../../src/testing/run_program.ts"
import { trainedTo } from "../../../src/testing/strategy_stream.ts"
import { engineOf } from "../../../src/testing/toy_network.ts"
import { backbone, perform } from "../../../src/testing/work.ts"

const projected = async (own: readonly number[][], reference: readonly number[][]): Promise<number[][]> => {
  const made = aGem.gradients!(
    own.map((g) => constant(g)),
    reference.map((g) => constant(g)),
    {},
  )
  const found = await run(await engineOf("reference"), Object.fromEntries(made.map((g, i) => [`g${i}`, g])), {})
  return made.map((_, i) => Array.from(found[`g${i}`].data, Number))
}
const inner = (a: readonly number[][], b: readonly number[][]) =>
  a.flat().reduce((sum, x, i) => sum + x * b.flat()[i], 0)

test("a_gem: gradients that point against the reference are made orthogonal to it, others stay, over all parameters at once", async () => {
  const reference = [[1, 2], [-1]]
  const against = [[-3, 1], [1]]
  const found = await projected(against, reference)
  assert.ok(inner(against, reference) < 0 && Math.abs(inner(found, reference)) < 1e-12)
  // |g . r| / |r|^2 = 2/6, of both parameters
  assert.ok(found.flat().every((x, i) => Math.abs(x - (against.flat()[i] + (2 / 6) * reference.flat()[i])) < 1e-12))
  const along = [[3, 1], [1]]
  assert.deepEqual(await projected(along, reference), along)
  assert.deepEqual(await projected(along, [[0, 0], [0]]), along)
})

test("ewc: the squares of all tasks are one square around the weighed mean, up to a number", () => {
  const one = (...values: readonly number[]): HostTensor => ({
    shape: [values.length],
    data: Float32Array.from(values),
  })
  const options = Schema.decodeUnknownSync(ewc.options)({})
  const [F, theta] = [
    [one(1, 0), one(3, 0.5)],
    [one(2, 7), one(-2, 1)],
  ]
  const first = ewc.carries!({ stage: 0, trained: { W: theta[0] }, fisher: { W: F[0] }, carried: {} }, options)
  const both = ewc.carries!({ stage: 1, trained: { W: theta[1] }, fisher: { W: F[1] }, carried: first }, options)
  const squares = (at: number, i: number) =>
    F.reduce((sum, f, k) => sum + Number(f.data[i]) * (at - Number(theta[k].data[i])) ** 2, 0)
  const square = (at: number, i: number) =>
    Number(both.importance.W.data[i]) * (at - Number(both.anchor.W.data[i])) ** 2
  for (const i of [0, 1])
    for (const at of [-1.5, 0.25, 4])
      assert.ok(Math.abs(squares(at, i) - squares(0, i) - (square(at, i) - square(0, i))) < 1e-5)
})

test("seq_star: after the warm-up the encoder keeps its bytes, and before it does not", async () => {
  const { bench, stream } = await toyBench(seqStar)
  const after = async (warm_up: number, epochs: number) => {
    const options = Schema.decodeUnknownSync(seqStar.options)({ learning_rate: 0.01, warm_up })
    return (await trainedTo(bench, { strategy: seqStar, options }, stream, 0, { epochs, schedule: "constant" }))[0]
  }
  const [short, long, longer] = [await after(1, 1), await after(1, 3), await after(2, 3)]
  const body = Object.keys(short.arrays).filter((name) => !name.startsWith("head/"))
  for (const name of body) assert.deepEqual(long.arrays[name].data, short.arrays[name].data, name)
  assert.ok(body.some((name) => String(longer.arrays[name].data) !== String(short.arrays[name].data)))
  assert.notDeepEqual(long.arrays["head/W"].data, short.arrays["head/W"].data)
})

test("replay draws without repetition, every remembered text as often as another, each draw by itself", () => {
  const texts = { newest: 10, remembered: 6, draws: 2, samples: false, variants: 0 }
  const draws = drawsAt(texts, { draws: 2 }, { seed: 1, name: "sequential", stage: 1, replayed: 2 })
  const times = 3000
  const counts = new Int32Array(6)
  const pairs = new Map<string, number>()
  for (let at = 0; at < times; at++) {
    const items = [...draws(at)]
    assert.deepEqual(
      items.map((item) => kindOf(item, texts)),
      ["draw 0", "draw 0", "draw 1", "draw 1"],
    )
    const remembered = items.map((item) => (item - 10) % 6)
    assert.ok(remembered[0] !== remembered[1] && remembered[2] !== remembered[3])
    for (const i of remembered) counts[i]++
    const pair = `${remembered[0]} ${remembered[2]}`
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1)
  }
  const chiSquare = (found: readonly number[], expected: number) =>
    found.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)
  // Upper 0.1 % of chi-square with 5 and with 35 degrees of freedom.
  assert.ok(chiSquare([...counts], (4 * times) / 6) < 20.5, `${[...counts]}`)
  assert.equal(pairs.size, 36)
  assert.ok(chiSquare([...pairs.values()], times / 36) < 66.6)
  assert.deepEqual([...draws(5)], [...draws(5)])
})

test("sparse replay: every n-th batch, the n-th first", () => {
  const draws = drawsAt(
    { newest: 4, remembered: 3, draws: 1 },
    { draws: 1, every: 3 },
    { seed: 1, name: "x", stage: 1, replayed: 2 },
  )
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((at) => draws(at).length),
    [0, 0, 2, 0, 0, 2],
  )
})

test("seq_star: what is trained and what is evaluated score by the same cosine", async () => {
  const { bench, stream } = await toyBench(seqStar)
  const options = Schema.decodeUnknownSync(seqStar.options)({ learning_rate: 0.01, warm_up: 1, scale: 3 })
  const [shared] = await trainedTo(bench, { strategy: seqStar, options }, stream, 0)
  const encoded = await perform(
    bench,
    "encode",
    { what: "shared", backbone, seed: 1, stage: 0 },
    { shared, blind: stream.blind },
  )
  const { arrays } = await perform(
    bench,
    "evaluate",
    { how: "shared", stage: 0, seed: 1 },
    { encoded, shared, tokens: stream.tokens.slice(0, 1) },
  )
  const { features } = encoded.arrays
  const [texts, width] = features.shape
  const { W, b } = headIn(shared)
  const trained = await run(
    bench.engine,
    {
      y: jointLogits(
        { cosine: 3 },
        input("phi", ["examples", width], "float", exampleRows(packedLayout())),
        Object.fromEntries([
          ["head/W", weight("W", W)],
          ["head/b", weight("b", b)],
        ]),
      ),
    },
    { phi: host(features) },
  )
  const [all, classes] = [b.data.length, arrays.logits.shape[1]]
  const cosine = (text: number, c: number) => {
    const phi = Array.from({ length: width }, (_, i) => Number(features.data[text * width + i]))
    const w = Array.from({ length: width }, (_, i) => Number(W.data[i * all + c]))
    const dot = (x: number[], y: number[]) => x.reduce((sum, one, i) => sum + one * y[i], 0)
    return (3 * dot(phi, w)) / Math.sqrt(dot(phi, phi) * dot(w, w))
  }
  for (let text = 0; text < texts; text++)
    for (let c = 0; c < classes; c++)
      for (const found of [trained.y.data[text * all + c], arrays.logits.data[text * classes + c]])
        assert.ok(Math.abs(Number(found) - cosine(text, c)) < 1e-5, `text ${text}, class ${c}: ${found}`)
})
