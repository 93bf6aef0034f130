import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { comparePaired } from "../../src/learning/comparison.ts"
import { minimumDetectable } from "../../src/learning/detectable_effect.ts"
import { holm } from "../../src/learning/holm.ts"
import { signFlipP } from "../../src/learning/permutation.ts"
import { testDraws } from "./draws.ts"

/** P(|D*| >= |D|) over all 2^n signs, with whole numbers. */
function enumerated(tasks: readonly (readonly number[])[]): number {
  const grid = tasks.reduce((product, { length }) => product * length, 1)
  const units = tasks.flatMap((differences) => differences.map((d) => d * (grid / differences.length)))
  const observed = Math.abs(units.reduce((sum, u) => sum + u, 0))
  let hits = 0
  for (let signs = 0; signs < 1 << units.length; signs++) {
    const sum = units.reduce((total, u, e) => total + ((signs >> e) & 1 ? u : -u), 0)
    if (Math.abs(sum) >= observed) hits++
  }
  return hits / (1 << units.length)
}

test("sign flips: p equals full enumeration, unequal tasks and several seeds included", () => {
  const differences = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(fc.array(differences, { minLength: 1, maxLength: 3 }), (tasks) => {
      const p = signFlipP(tasks, testDraws(1))
      assert.ok(Math.abs(p - enumerated(tasks)) < 1e-12, `${p} is not ${enumerated(tasks)}`)
    }),
    { numRuns: 100, seed: 4 },
  )
})

test("sign flips: McNemar's exact test where there is one task", () => {
  const tasks = [[...new Array(9).fill(1), -1, ...new Array(30).fill(0)]]
  assert.ok(Math.abs(signFlipP(tasks, testDraws(1)) - (2 * 11) / 1024) < 1e-15)
})

test("sign flips: drawn where the sizes are no whole numbers, near the exact value", () => {
  const whole = [
    [1, 1, 1, -1, 1, 1, 1, 1, 0],
    [1, -1, 1, 1],
  ]
  const halves = whole.map((task) => task.map((d) => d / 2))
  assert.ok(Math.abs(signFlipP(halves, testDraws(2)) - enumerated(whole)) < 0.01)
})

test("sign flips: a fine grid of unequal sizes is drawn, the same draws give the same p", () => {
  const random = testDraws(5)
  const tasks = [1009, 2003, 3001].map((n) =>
    Float64Array.from({ length: n }, () => (random.uniform() < 0.1 ? 1 : random.uniform() < 0.1 ? -1 : 0)),
  )
  const p = signFlipP(tasks, testDraws(6))
  assert.ok(p > 0 && p <= 1)
  assert.equal(p, signFlipP(tasks, testDraws(6)))
})

test("identical predictions: p = 1, and a detectable effect that is not 0", () => {
  const same = comparePaired(
    { seeds: 1, tasks: [new Float64Array(200), new Float64Array(100)], unit: 100 },
    testDraws(1),
    500,
  )
  assert.equal(same.p, 1)
  assert.equal(same.difference, 0)
  assert.deepEqual(same.interval, [0, 0])
  assert.equal(same.minimumDetectable, 1.5)
})

test("what is detectable is as large as the scores are: four examples that differ by a quarter of a hit, of 200", () => {
  const rows = (size: number) => Float64Array.from({ length: 200 }, (_, i) => (i < 4 ? size : 0))
  const [hits, scores] = [1, 0.25].map((size) =>
    comparePaired({ seeds: 1, tasks: [rows(size)], unit: 100 }, testDraws(2), 500),
  )
  assert.equal(hits.minimumDetectable, 3) // six examples of 200
  assert.equal(scores.minimumDetectable, 0.75)
  // scores counted in thirds are the same scores
  const thirds = comparePaired({ seeds: 1, tasks: [rows(0.75)], unit: 100 / 3 }, testDraws(2), 500)
  assert.ok(Math.abs(thirds.minimumDetectable - 0.75) < 1e-12)
})

test("one example a task", () => {
  const one = comparePaired({ seeds: 1, tasks: [Float64Array.of(1)], unit: 100 }, testDraws(1), 100)
  assert.equal(one.difference, 100)
  assert.equal(one.p, 1)
  assert.equal(one.minimumDetectable, 600)
})

test("left and right changed over: the mirror image", () => {
  const random = testDraws(8)
  const rows = Float64Array.from({ length: 900 }, () => (random.uniform() < 0.15 ? 1 : random.uniform() < 0.1 ? -1 : 0))
  const a = comparePaired({ seeds: 3, tasks: [rows], unit: 100 }, testDraws(9), 4000)
  const b = comparePaired({ seeds: 3, tasks: [rows.map((d) => -d)], unit: 100 }, testDraws(10), 4000)
  assert.equal(a.difference, -b.difference)
  assert.equal(a.p, b.p)
  assert.ok(Math.abs(a.interval[0] + b.interval[1]) < 0.3)
})

test("p is uniform under no difference: at most about 5 % below 0.05", () => {
  const random = testDraws(21)
  let found = 0
  for (let k = 0; k < 1000; k++) {
    const tasks = [60, 50].map((n) =>
      Float64Array.from({ length: n }, () => (random.uniform() < 0.3 ? (random.uniform() < 0.5 ? 1 : -1) : 0)),
    )
    if (signFlipP(tasks, random) < 0.05) found++
  }
  assert.ok(found > 20 && found < 65, `${found} of 1000`)
})

test("Holm against hand values", () => {
  const close = (a: number[], b: number[]) =>
    a.forEach((v, i) => assert.ok(Math.abs(v - b[i]) < 1e-12, `${a} is not ${b}`))
  close(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
  close(holm([0.5, 0.6]), [1, 1])
  close(holm([0.02]), [0.02])
  assert.deepEqual(holm([]), [])
})

test("an effect of the minimum detectable size is found about four times in five", () => {
  const random = testDraws(31)
  const n = 400
  const differing = 0.2
  const effect = 0.0627 // MDE / 100 at this n and share: 2.8016 · sqrt((0.2 - effect²) / 400)
  const trials = 600
  let found = 0
  for (let k = 0; k < trials; k++) {
    const right = (differing + effect) / 2 / differing
    const task = Float64Array.from({ length: n }, () =>
      random.uniform() < differing ? (random.uniform() < right ? 1 : -1) : 0,
    )
    if (signFlipP([task], random) < 0.05) found++
  }
  const error = 100 * Math.sqrt((differing - effect * effect) / n)
  assert.ok(Math.abs(minimumDetectable(error, [n]) - 100 * effect) < 0.15, `${minimumDetectable(error, [n])}`)
  assert.ok(found / trials > 0.72 && found / trials < 0.87, `found ${found} of ${trials}`)
})
