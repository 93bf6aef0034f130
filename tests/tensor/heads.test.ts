/** Attention goes from packed tokens to heads and back in one pass each, and gives what it gave. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as t from "../../src/tensor/index.ts"
import { layoutFeeds } from "./packed.ts"
import { distance, evaluate, numbers, onOnnxruntime, onReference } from "./run.ts"

const [WIDTH, HEADS] = [12, 3]
const layout = t.packedLayout()
const h = t.input("h", ["length", WIDTH], "float", t.tokenRows(layout))
const parameter = (name: string, width: number) => t.parameter(name, [WIDTH, width])
const grouped = { groups: 1, causal: true }
const cases: Record<string, { readonly width: number; readonly options: t.AttentionOptions }> = {
  "every head its own keys": { width: WIDTH, options: {} },
  "keys that heads share": { width: WIDTH / HEADS, options: grouped },
}

for (const [name, { width, options }] of Object.entries(cases)) {
  const parameters = [parameter("Q", WIDTH), parameter("K", width), parameter("V", width)]
  const [q, k, v] = parameters.map((p) => t.matmul(h, p))
  const y = t.attention(q, k, v, HEADS, options)
  const loss = t.overExamples(t.sum(t.pool("mean", t.mul(y, t.sin(y))), [-1]), "mean")
  const gradients = t.grad(loss, parameters)
  const outputs = { loss, y, ...Object.fromEntries(gradients.map((g, i) => [`gradient ${i}`, g])) }

  test(`${name}: no axes are moved`, () =>
    assert.deepEqual(
      t.emit(t.program(outputs)).nodes.filter(({ opType }) => opType === "Transpose"),
      [],
    ))

  for (const lengths of [[1], [4, 1, 7], [5, 5]])
    test(`${name}: the values of ${lengths.join(" + ")} tokens`, async () => {
      const random = t.randomStream(1, name)
      const tokens = lengths.reduce((a, b) => a + b, 0)
      const feeds = {
        ...layoutFeeds(lengths),
        h: numbers(random, [tokens, WIDTH]),
        Q: numbers(random, [WIDTH, WIDTH]),
        K: numbers(random, [WIDTH, width]),
        V: numbers(random, [WIDTH, width]),
      }
      const exact = await evaluate(await onReference(), outputs, feeds)
      const found = await evaluate(await onOnnxruntime(), outputs, feeds)
      for (const [output, value] of Object.entries(exact)) assert.ok(distance(value, found[output]) < 1e-5, output)
    })
}
