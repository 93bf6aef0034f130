/** Wide layers in blocks of rows: which are, and that every value is what it was, with few rows and many. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as t from "../../src/tensor/index.ts"
import { wideLayersOf } from "../../src/tensor/wide_layers.ts"
import { layoutFeeds } from "./packed.ts"
import { distance, evaluate, type Feeds, numbers, onOnnxruntime, onReference } from "./run.ts"

const [NARROW, WIDE] = [8, 1024]
const layout = t.packedLayout()
const random = t.randomStream(3, "blocks")
const frozen = (name: string, ...shape: number[]) => t.weight(name, numbers(random, shape, -0.3, 0.3))
const [up, raised, gate, down] = [
  frozen("up", NARROW, WIDE),
  frozen("raised", WIDE),
  frozen("gate", NARROW, WIDE),
  frozen("down", WIDE, NARROW),
]
const h = t.input("h", ["length", NARROW], "float", t.tokenRows(layout))
const A = t.parameter("A", [NARROW, NARROW])
const before = t.matmul(h, A)

const bent = (x: t.Tensor) => t.gelu(t.add(t.matmul(x, up), raised))
const gelu = (x: t.Tensor) => t.matmul(bent(x), down)
const gated = (x: t.Tensor) => t.matmul(t.mul(t.silu(t.matmul(x, gate)), t.matmul(x, up)), down)

const outputs = (y: t.Tensor, parameters: readonly t.Tensor[] = [A]) => {
  const loss = t.overExamples(t.sum(t.pool("mean", t.mul(y, t.sin(y))), [-1]), "mean")
  const gradients = t.grad(loss, parameters)
  return { loss, ...Object.fromEntries(gradients.map((g, i) => [`gradient ${i}`, g])) }
}

const feedsOf = (lengths: readonly number[]): Feeds => {
  const tokens = lengths.reduce((a, b) => a + b, 0)
  return {
    ...layoutFeeds(lengths),
    h: numbers(t.randomStream(4, "h"), [tokens, NARROW]),
    A: numbers(t.randomStream(5, "A"), [NARROW, NARROW]),
    own: numbers(t.randomStream(6, "own"), [NARROW, WIDE], -0.1, 0.1),
  }
}

const own = t.parameter("own", [NARROW, WIDE])
const PLAIN = "a layer and its gradient"
const cases = {
  [PLAIN]: { made: outputs(gelu(before)), blocks: true },
  "two layers, one on the other": { made: outputs(gelu(t.add(before, gelu(before)))), blocks: true },
  "a gated layer": { made: outputs(gated(before)), blocks: true },
  "what a module adds inside": {
    made: outputs(t.matmul(t.gelu(t.add(t.matmul(before, up), t.matmul(before, own))), down)),
    blocks: true,
  },
  "a wide value that is an output": { made: { ...outputs(gelu(before)), wide: bent(before) }, blocks: false },
  "a wide matrix that is trained": {
    made: outputs(t.matmul(t.gelu(t.matmul(before, own)), down), [A, own]),
    blocks: false,
  },
  "a forward pass alone": { made: { y: gelu(before) }, blocks: false },
}

const slices = (made: Record<string, t.Tensor>) =>
  t.emit(t.program(made)).nodes.filter(({ opType }) => opType === "Slice").length

for (const [name, { made, blocks }] of Object.entries(cases)) {
  test(`${name}: ${blocks ? "in blocks" : "whole"}`, () => assert.equal(slices(made) > 0, blocks))

  for (const lengths of name === PLAIN
    ? [[1], [256], [255, 2], [700, 41], [1100, 1000]]
    : [
        [3, 2],
        [130, 127],
      ])
    test(`${name}: the values of ${lengths.join(" + ")} tokens`, async () => {
      const feeds = feedsOf(lengths)
      const [exact, found] = [await onReference(), await onOnnxruntime()].map((engine) => evaluate(engine, made, feeds))
      for (const [output, value] of Object.entries(await exact))
        assert.ok(distance(value, (await found)[output]) < 2e-5, output)
    })
}

test("what the gradient keeps is made with the forward pass", () => {
  const { nodes } = t.program(outputs(gelu(before)))
  const [layer, ...more] = wideLayersOf(t.program(outputs(gelu(before))))
  assert.equal(more.length, 0)
  assert.ok(nodes.length > layer.wide.size)
  assert.deepEqual(
    [...layer.kept].map(({ op }) => op),
    ["geluSlope"],
  )
})
