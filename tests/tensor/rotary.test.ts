/** Rotary positions by their formula; elementary functions that are equal on every engine. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { erf, exponential, logarithm, power } from "../../src/tensor/exact.ts"
import * as t from "../../src/tensor/index.ts"
import { evaluate, numbers, onOnnxruntime, onReference } from "./run.ts"

const close = (actual: number, expected: number, tolerance = 1e-14) =>
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.abs(expected), `${actual}, not ${expected}`)

/** ln 3, e and 1/10, each at most one unit in the last place off. */
const BITS = ["3ff193ea7aad030a", "4005bf0a8b14576a", "3fb999999999999a"]

test("logarithm, exponential and power are those of the engine, up to rounding", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      fc.double({ min: -20, max: 20, noNaN: true }),
      (x, y) => {
        assert.ok(Math.abs(logarithm(x) - Math.log(x)) <= 1e-15 * (1 + Math.abs(Math.log(x))))
        close(exponential(y), Math.exp(y))
        close(power(x, y / 10), x ** (y / 10))
      },
    ),
    { seed: 7 },
  )
})

test("the error function has the values of the tables; what a double cannot hold is 0 or Infinity", () => {
  // Abramowitz & Stegun, table 7.1
  for (const [x, value] of [
    [0, 0],
    [0.5, 0.5204998778],
    [1, 0.8427007929],
    [2, 0.995322265],
  ]) {
    assert.ok(Math.abs(erf(x) - value) < 1e-10, `erf(${x})`)
    assert.ok(erf(-x) === -erf(x))
  }
  assert.deepEqual([erf(7), erf(-7)], [1, -1])
  assert.deepEqual(
    [exponential(-1e9), exponential(Number.NEGATIVE_INFINITY), exponential(1e9)],
    [0, 0, Number.POSITIVE_INFINITY],
  )
  assert.ok(exponential(-740) > 0 && exponential(709) < Number.POSITIVE_INFINITY)
})

test("their bits are fixed", () => {
  const bits = (x: number) => new BigUint64Array(Float64Array.of(x).buffer)[0].toString(16)
  assert.deepEqual([logarithm(3), exponential(1), power(10000, -0.25)].map(bits), BITS)
})

test("frequencies: the formula, and both scalings of it", () => {
  const plain = t.rotaryFrequencies(8, 10000)
  plain.forEach((f, i) => close(f, 10000 ** (-i / 4)))
  assert.deepEqual(
    t.rotaryFrequencies(8, 10000, { type: "linear", factor: 4 }),
    plain.map((f) => f / 4),
  )
  const [factor, low, high, positions] = [8, 1, 4, 64]
  const scaled = t.rotaryFrequencies(8, 10000, {
    type: "llama3",
    factor,
    lowFrequency: low,
    highFrequency: high,
    positions,
  })
  plain.forEach((f, i) => {
    const wave = (2 * Math.PI) / f
    const kept = (positions / wave - low) / (high - low)
    const between = (1 - kept) * (f / factor) + kept * f
    close(scaled[i], wave > positions / low ? f / factor : wave < positions / high ? f : between)
  })
  assert.deepEqual(
    scaled.map((f, i) => (f === plain[i] ? "kept" : f === plain[i] / factor ? "divided" : "between")),
    ["kept", "between", "divided", "divided"],
  )
  assert.throws(() => t.rotaryFrequencies(5, 10000), /a head of width 5 has no halves; give an even width/)
})

const x = t.input("x", ["n", 8])
const positions = t.input("positions", ["n"], "int")
const frequencies = t.rotaryFrequencies(4, 10000)

for (const [name, engine] of [
  ["reference", onReference],
  ["onnxruntime", onOnnxruntime],
] as const)
  test(`rotation by the formula on ${name}`, async () => {
    const at = Int32Array.of(0, 3, 500)
    const fed = numbers(t.randomStream(1), [3, 8])
    const y = await evaluate(
      await engine(),
      { y: t.rotary(x, positions, 2, frequencies) },
      { x: fed, positions: { shape: [3], data: at } },
    )
    const worst = name === "reference" ? 1e-12 : 1e-4
    at.forEach((p, row) => {
      for (const head of [0, 4])
        frequencies.forEach((f, i) => {
          const [a, b] = [row * 8 + head + i, row * 8 + head + i + 2]
          const [c, s] = [Math.cos(p * f), Math.sin(p * f)]
          const expected = [
            Number(fed.data[a]) * c - Number(fed.data[b]) * s,
            Number(fed.data[b]) * c + Number(fed.data[a]) * s,
          ]
          assert.ok(Math.abs(Number(y.y.data[a]) - expected[0]) < worst)
          assert.ok(Math.abs(Number(y.y.data[b]) - expected[1]) < worst)
        })
    })
  })

test("products of turned vectors depend on the distance of their positions alone", async () => {
  const engine = await onReference()
  const fed = numbers(t.randomStream(2), [2, 8])
  const y = t.rotary(x, positions, 2, frequencies)
  const product = t.matmul(y, y, { transposeB: true })
  const at = async (p: number, q: number) => {
    const feeds = { x: fed, positions: { shape: [2], data: Int32Array.of(p, q) } }
    return Number((await evaluate(engine, { product }, feeds)).product.data[1])
  }
  assert.ok(Math.abs((await at(2, 7)) - (await at(40, 45))) < 1e-12)
  assert.ok(Math.abs((await at(2, 7)) - (await at(2, 8))) > 1e-3)
})

test("one operator turns all heads, and one table serves every layer", () => {
  const q = t.rotary(x, positions, 2, frequencies)
  const k = t.rotary(t.exp(x), positions, 2, frequencies)
  const operators = t.emit(t.program({ q, k })).nodes.map(({ opType }) => opType)
  assert.deepEqual(
    ["RotaryEmbedding", "Cos", "Sin"].map((name) => operators.filter((op) => op === name).length),
    [2, 1, 1],
  )
})

test("what cannot be turned is refused", () => {
  assert.throws(() => t.rotary(x, positions, 3, frequencies), /rotary: \[n, 8\] is not 3 heads of 4/)
  assert.throws(
    () => t.rotary(x, t.input("p", ["n"]), 2, frequencies),
    /positions float \[n\] do not fit \[n, 8\]; give one whole number/,
  )
})
