/** Products with frozen matrices in blocks of columns: the values stay, and blocks are used where they pay. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { blockSize } from "../../plugins/backends/onnxruntime/block_size.ts"
import * as t from "../../src/tensor/index.ts"
import { distance, evaluate, numbers, onOnnxruntime, onReference } from "./run.ts"

const random = t.randomStream(1, "blocks")
const frozen = (name: string, shape: readonly number[]) => t.weight(name, numbers(random, shape, -0.1, 0.1))
const [WIDTH, INNER] = [64, 512]
const [up, down, square] = [
  frozen("up", [WIDTH, INNER]),
  frozen("down", [INNER, WIDTH]),
  frozen("square", [WIDTH, WIDTH]),
]
const [b, c] = [frozen("b", [INNER]), frozen("c", [WIDTH])]
const x = t.input("x", ["rows", WIDTH])
const A = t.parameter("A", [WIDTH, WIDTH])
const gain = t.parameter("gain", [INNER])
const h = t.add(x, t.matmul(x, A))
const wide = t.mul(t.input("wide", ["rows", INNER]), gain)
const layer = (activation: (z: t.Tensor) => t.Tensor, of = h) =>
  t.add(t.matmul(activation(t.add(t.matmul(of, up), b)), down), c)

/** What is computed, and how many products are in blocks: forward, and with the gradients of A and the gain. */
const cases: Readonly<Record<string, readonly [y: t.Tensor, forward: number, both: number]>> = {
  "a feed-forward layer with GELU": [layer(t.gelu), 2, 4],
  "a feed-forward layer with SiLU": [layer(t.silu), 2, 4],
  "two of them on one value, and what skips them": [t.add(h, t.add(layer(t.relu), layer(t.tanh))), 3, 5],
  "states that are read in rows, since a trained vector scales them": [layer((z) => t.mul(t.gelu(z), gain)), 0, 0],
  "a product of a turned matrix": [t.matmul(t.sigmoid(t.matmul(h, down, { transposeB: true })), down), 2, 4],
  "four products that share the way into blocks": [
    ["q", "k", "v", "w"].map((name) => t.softmax(t.add(t.matmul(wide, frozen(name, [INNER, INNER])), b))).reduce(t.add),
    4,
    4,
  ],
  "one of them alone": [t.softmax(t.add(t.matmul(wide, frozen("alone", [INNER, INNER])), b)), 0, 0],
  "a narrow product": [t.gelu(t.matmul(h, square)), 0, 0],
  "a product of rows that are counted": [t.matmul(t.parameter("few", [3, WIDTH]), up), 0, 0],
}
const inBlocks = (outputs: Readonly<Record<string, t.Tensor>>): number =>
  t.emit(t.program(outputs), { blocks: 16 }).nodes.filter(({ opType }) => opType === "Conv").length

const used = await blockSize(await import("onnxruntime-node"))

for (const [name, [y, forward, both]] of Object.entries(cases)) {
  const leaves = [A, gain].filter((leaf) => t.program({ y }).parameters.includes(leaf))
  const gradients = t.grad(t.sum(t.mul(y, t.sin(y))), leaves)
  const outputs = { y, ...Object.fromEntries(gradients.map((g, i) => [`gradient ${i}`, g])) }

  test(`${name}: ${forward} products are in blocks, ${both} with the gradients`, () => {
    assert.equal(inBlocks({ y }), forward)
    assert.equal(inBlocks(outputs), both)
    const plain = t.emit(t.program(outputs)).nodes.map(({ domain }) => domain)
    assert.ok(!plain.includes("com.microsoft.nchwc"))
  })

  for (const rows of [1, 5, 37])
    test(`${name}: the values of ${rows} rows`, {
      skip: used === undefined && "no processor whose blocks are used",
    }, async () => {
      const feeds = {
        x: numbers(random, [rows, WIDTH]),
        wide: numbers(random, [rows, INNER]),
        A: numbers(random, [WIDTH, WIDTH], -0.1, 0.1),
        gain: numbers(random, [INNER]),
        few: numbers(random, [3, WIDTH]),
      }
      const exact = await evaluate(await onReference(), outputs, feeds)
      const found = await evaluate(await onOnnxruntime(), outputs, feeds)
      for (const [output, value] of Object.entries(exact)) assert.ok(distance(value, found[output]) < 2e-5, output)
    })
}
