import assert from "node:assert/strict"
import { test } from "node:test"
import { binomialDrawer, binomialMasses } from "../../src/learning/binomial.ts"
import { bootstrap } from "../../src/learning/bootstrap.ts"
import { deviation } from "../../src/learning/detectable_effect.ts"
import { estimate, figuresOf, macro, middle95, quantile } from "../../src/learning/intervals.ts"
import { testDraws } from "./draws.ts"

test("binomial masses agree with the closed form", () => {
  const { first, mass } = binomialMasses(4, 0.25, 1e-30)
  assert.equal(first, 0)
  const expected = [81, 108, 54, 12, 1].map((k) => k / 256)
  mass.forEach((m, x) => {
    assert.ok(Math.abs(m - expected[x]) < 1e-15)
  })
  assert.deepEqual(binomialMasses(7, 0, 1e-30), { first: 0, mass: Float64Array.of(1) })
  assert.deepEqual(binomialMasses(7, 1, 1e-30), { first: 7, mass: Float64Array.of(1) })
})

test("binomial masses hold where powers would underflow", () => {
  const { first, mass } = binomialMasses(100000, 0.5, 1e-20)
  const mean = mass.reduce((sum, m, k) => sum + m * (first + k), 0)
  assert.ok(Math.abs(mean - 50000) < 1e-6)
})

test("binomial draws have the binomial's mean and variance", () => {
  const random = testDraws(3)
  const draw = binomialDrawer(0.3)
  const values = Float64Array.from({ length: 20000 }, () => draw(50, random))
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length
  assert.ok(Math.abs(mean - 15) < 0.1, `mean ${mean}`)
  assert.ok(Math.abs(deviation(values) - Math.sqrt(10.5)) < 0.06)
})

test("quantiles are linear between neighbours", () => {
  assert.equal(quantile([1, 2, 3, 4, 5], 0.5), 3)
  assert.equal(quantile([1, 2], 0.25), 1.25)
  assert.equal(quantile([7], 0.975), 7)
  assert.deepEqual(middle95(Float64Array.of(2, 2, 2)), [2, 2])
})

const coins = (n: number, p: number, random: ReturnType<typeof testDraws>) =>
  Float64Array.from({ length: n }, () => (random.uniform() < p ? 1 : 0))

test("95 % intervals of a macro mean cover the truth about 95 times in 100", () => {
  const random = testDraws(11)
  const trials = 500
  let covered = 0
  for (let k = 0; k < trials; k++) {
    const sample = { seeds: 1, figures: 1, tasks: [coins(120, 0.8, random), coins(60, 0.6, random)] }
    const [low, high] = figuresOf(sample, [macro], random, 400)[0].interval!
    if (low <= 0.7 && 0.7 <= high) covered++
  }
  assert.ok(covered / trials > 0.91 && covered / trials < 0.98, `covered ${covered} of ${trials}`)
})

test("the bootstrap's deviation is the standard error of the macro mean, with few patterns and with many", () => {
  const random = testDraws(12)
  for (const value of [() => (random.uniform() < 0.2 ? 1 : 0), () => random.uniform()]) {
    const tasks = [100, 300].map((n) => Float64Array.from({ length: n }, value))
    const expected =
      Math.sqrt(tasks.reduce((sum, rows) => sum + (deviation(rows) ** 2 * (rows.length - 1)) / rows.length ** 2, 0)) / 2
    const [values] = bootstrap({ seeds: 1, figures: 1, tasks }, [macro], 20000, random)
    assert.ok(Math.abs(deviation(values) / expected - 1) < 0.03, `${deviation(values)} for ${expected}`)
  }
})

test("seeds: where only seeds vary, the variance is that of the mean of S seeds", () => {
  const means = [0.2, 0.5, 0.9]
  const tasks = [40, 10].map((n) => Float64Array.from({ length: n * 3 }, (_, k) => means[k % 3]))
  const [values] = bootstrap({ seeds: 3, figures: 1, tasks }, [macro], 20000, testDraws(13))
  const expected = deviation(Float64Array.from(means)) / Math.sqrt(3)
  assert.ok(Math.abs(deviation(values) / expected - 1) < 0.03)
})

test("seeds share the drawn examples: three equal seeds say no more than one", () => {
  const random = testDraws(14)
  const one = coins(200, 0.7, random)
  const three = Float64Array.from({ length: 600 }, (_, k) => one[Math.floor(k / 3)])
  const spread = (rows: Float64Array, seeds: number) =>
    deviation(bootstrap({ seeds, figures: 1, tasks: [rows] }, [macro], 20000, testDraws(15))[0])
  assert.ok(Math.abs(spread(three, 3) / spread(one, 1) - 1) < 0.03)
})

test("the same draws give the same interval, whatever the order of the examples", () => {
  const rows = coins(90, 0.4, testDraws(16))
  const of = (values: Float64Array) => figuresOf({ seeds: 1, figures: 1, tasks: [values] }, [macro], testDraws(17), 500)
  assert.deepEqual(of(rows), of(rows.slice().reverse()))
})

test("degenerate samples: one example, no spread", () => {
  const point = { seeds: 1, figures: 1, tasks: [Float64Array.of(100)] }
  assert.deepEqual(figuresOf(point, [macro], testDraws(1), 100), [{ value: 100, interval: [100, 100] }])
  assert.equal(estimate({ seeds: 2, figures: 1, tasks: [Float64Array.of(1, 0)] }, macro), 0.5)
})
