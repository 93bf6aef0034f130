/** Frozen matrices of a backbone as 8-bit integers: how far products are off, gradients, and what stays as it was. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import lora from "../../plugins/adapters/lora.ts"
import onnxruntime from "../../plugins/backends/onnxruntime/index.ts"
import { withInt8Weights } from "../../plugins/backends/onnxruntime/int8.ts"
import { packed } from "../../src/model/batch.ts"
import { encoder } from "../../src/model/encoder.ts"
import { trainable } from "../../src/model/single.ts"
import * as t from "../../src/tensor/index.ts"
import { moduleArrays } from "../../src/testing/adapter.ts"
import { decoded } from "../../src/testing/plugin_options.ts"
import { toyNetwork, toyTexts } from "../../src/testing/toy_network.ts"
import { evaluate, onOnnxruntime } from "../tensor/run.ts"

const OPTIONS = { threads: 1, provider: "cpu", weights: "int8" } as const
const int8 = onnxruntime.open(OPTIONS)

const floats = (random: t.RandomStream, shape: readonly number[]): t.HostTensor => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
})
const row = ({ data }: t.HostTensor, i: number, width: number): number[] =>
  [...data.subarray(i * width, (i + 1) * width)].map(Number)
const reach = (xs: readonly number[]): number => Math.max(...xs.map(Math.abs))

test("a product is as far off as the rounding of its sides allows, and no row depends on the others", async () => {
  const size = fc.integer({ min: 1, max: 40 })
  await fc.assert(
    fc.asyncProperty(size, size, size, fc.nat(1000), async (n, into, out, seed) => {
      const random = t.randomStream(seed, "int8")
      const [x, W] = [floats(random, [n, into]), floats(random, [into, out])]
      const y = t.matmul(t.input("x", ["n", into]), t.weight("W", W, { backbone: true }))
      const run = (host: t.HostTensor) => int8.then((engine) => evaluate(engine, { y }, { x: host }))
      const { y: all } = await run(x)
      for (let i = 0; i < n; i++) {
        const xs = row(x, i, into)
        const rowStep = (Math.max(...xs) - Math.min(...xs)) / 127
        for (let j = 0; j < out; j++) {
          const column = xs.map((_, k) => Number(W.data[k * out + j]))
          const step = reach(column) / 127
          const exact = xs.reduce((sum, value, k) => sum + value * column[k], 0)
          const bound = column.reduce(
            (sum, w, k) => sum + (rowStep / 2) * (Math.abs(w) + step) + (step / 2) * Math.abs(xs[k]),
            1e-4,
          )
          const given = Number(all.data[i * out + j])
          assert.ok(Math.abs(given - exact) <= bound, `${given} for ${exact}, off by more than ${bound}`)
        }
        const { y: alone } = await run({ shape: [1, into], data: Float32Array.from(xs) })
        assert.deepEqual(row(alone, 0, out), row(all, i, out))
      }
    }),
    { numRuns: 6, seed: 20250103 },
  )
})

test("a product with a factor is the factor times the product", async () => {
  const random = t.randomStream(4, "int8")
  const product = t.matmul(t.input("x", ["n", 6]), t.weight("W", floats(random, [6, 3]), { backbone: true }))
  const feeds = { x: floats(random, [4, 6]) }
  const { y } = await evaluate(await int8, { y: product }, feeds)
  const { y: scaled } = await evaluate(await int8, { y: t.scale(product, -0.7) }, feeds)
  y.data.forEach((value, i) => assert.ok(Math.abs(Number(scaled.data[i]) + 0.7 * Number(value)) < 1e-5))
})

test("gradients go through the rounded values", async () => {
  const random = t.randomStream(2, "int8")
  const W = floats(random, [6, 3])
  const x = t.parameter("x", [2, 6])
  const y = t.matmul(x, t.weight("W", W, { backbone: true }))
  const [dx] = t.grad(t.sum(y), [x])
  const feeds = { x: floats(random, [2, 6]) }
  const { dx: given } = await evaluate(await int8, { y, dx }, feeds)
  const steps = [0, 1, 2].map((j) => reach([0, 1, 2, 3, 4, 5].map((k) => Number(W.data[k * 3 + j]))) / 127)
  const rounded = [0, 1, 2, 3, 4, 5].map((k) =>
    steps.reduce((sum, step, j) => sum + step * Math.round(Number(W.data[k * 3 + j]) / step), 0),
  )
  for (const i of [0, 1]) row(given, i, 6).forEach((value, k) => assert.ok(Math.abs(value - rounded[k]) < 1e-5))
})

test("what is no matrix of the backbone that multiplies stays as it is", () => {
  const W = floats(t.randomStream(3, "int8"), [4, 4])
  const x = t.input("x", ["n", 4])
  const table = t.weight("table", W, { backbone: true })
  const programs = [
    t.matmul(x, t.weight("module", W)),
    t.gather(table, t.input("ids", ["n"], "int")),
    t.matmul(x, table, { transposeB: true }),
    t.mul(x, t.weight("gain", { shape: [4], data: new Float32Array(4) }, { backbone: true })),
  ]
  for (const y of programs) {
    const graph = t.emit(t.program({ y }))
    assert.equal(withInt8Weights(graph), graph)
  }
  const both = t.emit(t.program({ y: t.matmul(x, table), z: t.gather(table, t.input("ids", ["n"], "int")) }))
  const { initializers } = withInt8Weights(both)
  assert.ok(initializers.some(({ name }) => name === "table") && initializers.some(({ dtype }) => dtype === "int8"))
})

test("a network and its gradients stay near those in float32", async () => {
  const network = await toyNetwork()
  const options = decoded(lora, { rank: 3, alpha: 6, targets: ["query", "output"] })
  const arrays = moduleArrays(lora, options, network, 1)
  const { features } = encoder(network, trainable(lora, options, network.checkpoint.sites, { training: true }))
  const loss = t.overExamples(t.sum(t.mul(features, t.sin(features))))
  const { parameters } = t.program({ loss })
  const outputs = Object.fromEntries(t.grad(loss, parameters).map((g, i) => [t.nameOf(parameters[i]), g]))
  const values = Object.fromEntries(
    [...arrays].map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data as Float64Array) }]),
  )
  const feeds = { ...packed(toyTexts(6, t.randomStream(1, "texts"))), ...values }
  const [some, exact] = [
    await evaluate(await int8, outputs, feeds),
    await evaluate(await onOnnxruntime(), outputs, feeds),
  ]
  const all = (of: Record<string, t.HostTensor>) =>
    Object.keys(outputs).flatMap((name) => [...of[name].data].map(Number))
  const [a, b] = [all(some), all(exact)]
  const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * y[i], 0)
  const cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
  assert.ok(cosine > 0.99 && cosine < 0.9999999, `the cosine of the gradients is ${cosine}`)
})

test("the numeric profile, and so every key, says what the weights are", () => {
  assert.equal(onnxruntime.profile(OPTIONS).weights, "int8")
  assert.ok(!("weights" in onnxruntime.profile({ ...OPTIONS, weights: "float32" })))
})
