/** Attention goes from packed tokens to heads and back in one pass each, in length buckets where it is wide, and gives what it gave. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as t from "../../src/tensor/index.ts"
import { layoutFeeds } from "./packed.ts"
import { distance, evaluate, numbers, onOnnxruntime, onReference } from "./run.ts"

const HEADS = 3
interface Case {
  readonly width: number
  readonly groups?: number
  readonly options?: t.AttentionOptions
  readonly apart: boolean
}
const cases: Record<string, Case> = {
  "every head its own keys": { width: 12, apart: false },
  "keys that heads share": { width: 12, groups: 1, apart: false },
  "wide, every head its own keys": { width: 144, apart: true },
  "wide, keys that heads share": { width: 384, groups: 1, apart: true },
  "wide, causal": { width: 144, options: { causal: true }, apart: false },
}
const layout = t.packedLayout()

for (const [name, { width, groups = HEADS, options, apart }] of Object.entries(cases)) {
  const narrow = (width / HEADS) * groups
  const h = t.input("h", ["length", width], "float", t.tokenRows(layout))
  const shapes = { Q: [width, width], K: [width, narrow], V: [width, narrow] }
  const parameters = Object.entries(shapes).map(([key, shape]) => t.parameter(key, shape))
  const [q, k, v] = parameters.map((p) => t.matmul(h, p))
  const y = t.attention(q, k, v, HEADS, { groups, ...options })
  const loss = t.overExamples(t.sum(t.pool("mean", t.mul(y, t.sin(y))), [-1]), "mean")
  const gradients = t.grad(loss, parameters)
  const outputs = { loss, y, ...Object.fromEntries(gradients.map((g, i) => [`gradient ${i}`, g])) }

  test(`${name}: no axes are moved, ${apart ? "examples are in buckets" : "the batch is whole"}`, () => {
    const ops = t.emit(t.program(outputs)).nodes.map(({ opType }) => opType)
    // the gradients of narrow keys and values, which are computed the other way round
    assert.equal(ops.filter((op) => op === "Transpose").length, width / HEADS <= 16 ? 2 : 0)
    assert.equal(ops.filter((op) => op === "Softmax").length > 1, apart)
  })

  const some = [[1], [4, 1, 7], [5, 5], [3, 9, 2, 8, 1, 4, 4, 6, 11, 2, 5]]
  for (const lengths of some)
    test(`${name}: the values of ${lengths.join(" + ")} tokens`, async () => {
      const random = t.randomStream(1, name)
      const tokens = lengths.reduce((a, b) => a + b, 0)
      const feeds = {
        ...layoutFeeds(lengths),
        h: numbers(random, [tokens, width]),
        ...Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [key, numbers(random, shape, -0.1, 0.1)])),
      }
      const exact = await evaluate(await onReference(), outputs, feeds)
      const found = await evaluate(await onOnnxruntime(), outputs, feeds)
      for (const [output, value] of Object.entries(exact)) assert.ok(distance(value, found[output]) < 2e-5, output)
    })
}
