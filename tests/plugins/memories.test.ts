/** Which examples each memory keeps. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import herding from "../../plugins/memories/herding.ts"
import kMeans from "../../plugins/memories/k_means.ts"
import reservoir from "../../plugins/memories/reservoir.ts"
import ring from "../../plugins/memories/ring.ts"
import { type Arrivals, randomStream } from "../../src/plugin/index.ts"
import golden from "../golden/herding.json" with { type: "json" }
import clustered from "../golden/k_means.json" with { type: "json" }

const arrivals = (classes: readonly number[]): Arrivals => ({
  task: new Int32Array(classes.length),
  class: Int32Array.from(classes),
})
const inReservoir = (examples: number, capacity: number, seed = 1) => [
  ...reservoir.keep!(arrivals(new Array(examples).fill(0)), { capacity }, randomStream(seed, "memory")),
]
const inRing = (classes: readonly number[], capacity: number) => [
  ...ring.keep!(arrivals(classes), { capacity }, randomStream(1, "memory")),
]

test("I12: of the n examples so far each is in the reservoir with chance capacity / n", () => {
  const [examples, capacity, trials] = [20, 5, 8000]
  const counts = new Int32Array(examples)
  for (let seed = 0; seed < trials; seed++) for (const kept of inReservoir(examples, capacity, seed)) counts[kept]++
  const p = capacity / examples
  // Without replacement: each count has variance trials · p(1-p), and they sum to a constant.
  const chi = counts.reduce((sum, count) => sum + (count - trials * p) ** 2, 0) / (trials * p * (1 - p))
  assert.ok(chi * (19 / 20) < 43.8, `χ² ${chi} on 19 degrees of freedom, p = 0.001`)
})

test("a reservoir is filled first, and goes on from where the shorter stream left it", () => {
  assert.deepEqual(inReservoir(3, 5), [0, 1, 2])
  for (let n = 6; n < 60; n++) {
    const [before, now] = [inReservoir(n - 1, 5), inReservoir(n, 5)]
    const replaced = before.filter((kept, slot) => kept !== now[slot])
    assert.ok(replaced.length <= 1)
    assert.ok(now.every((kept, slot) => kept === before[slot] || kept === n - 1))
  }
})

const classes = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 120 })
const capacity = fc.integer({ min: 1, max: 40 })

test("a ring never holds more than its capacity, shares differ by one at most, and of each class the newest stay", () => {
  fc.assert(
    fc.property(classes, capacity, (of, size) => {
      const kept = inRing(of, size)
      assert.ok(kept.length <= size)
      assert.equal(new Set(kept).size, kept.length)
      const seen = [...new Set(of)]
      const count = (list: readonly number[], c: number) => list.filter((n) => of[n] === c).length
      const all = [...of.keys()]
      for (const c of seen) {
        const own = all.filter((n) => of[n] === c)
        assert.deepEqual(
          kept.filter((n) => of[n] === c),
          own.slice(own.length - count(kept, c)),
        )
        const share = Math.floor(size / seen.length)
        assert.ok(count(kept, c) <= share + 1)
        assert.ok(count(kept, c) >= Math.min(share, own.length))
      }
      const full = seen.every((c) => count(all, c) > size / seen.length)
      if (seen.length > 0 && full) assert.equal(kept.length, size)
    }),
  )
})

test("a ring goes on from what the shorter stream left it: what has fallen out never comes back", () => {
  fc.assert(
    fc.property(classes, capacity, fc.nat(120), (of, size, cut) => {
      const before = inRing(of.slice(0, cut), size)
      for (const n of inRing(of, size)) assert.ok(n >= cut || before.includes(n))
    }),
  )
})

const labels = Int32Array.from(golden.labels)
const features = { data: Float32Array.from(golden.features.flat()), width: golden.features[0].length }
const herded = (per_class: number, length: "unit" | "own") => {
  const kept = [
    ...herding.draw!({ task: "t", labels, features }, { per_class, length }, randomStream(1, "memory", "t")),
  ]
  return golden.kept[length].map((_, c) => kept.filter((i) => labels[i] === c))
}

for (const length of ["unit", "own"] as const)
  test(`herding chooses what two other writings of it choose, in their order; features of length: ${length}`, () => {
    assert.deepEqual(herded(8, length), golden.kept[length])
    assert.deepEqual(
      herded(3, length),
      golden.kept[length].map((own) => own.slice(0, 3)),
    )
  })

/** 50 starts, each of which reaches the best with a chance above 0.2. */
const clusters = (options: object, rows: readonly (readonly number[])[], labels: readonly number[], seed = 1) => [
  ...kMeans.draw!(
    {
      task: "t",
      labels: Int32Array.from(labels),
      features: { data: Float32Array.from(rows.flat()), width: rows[0].length },
    },
    { starts: 50, ...options },
    randomStream(seed, "memory", "t"),
  ),
]

for (const size of ["per_class", "per_task"] as const)
  for (const [k, nearest] of clustered[size] as unknown as readonly [number, readonly (readonly number[])[]][])
    test(`k_means { ${size}: ${k} } keeps what is nearest to the centres that scikit-learn finds`, () => {
      const kept = clusters({ [size]: k }, clustered.features, clustered.labels)
      assert.equal(kept.length, nearest.length)
      for (const own of nearest) assert.equal(kept.filter((i) => own.includes(i)).length, 1, `${kept} of ${own}`)
    })

test("k_means: another seed starts elsewhere, and the best of several starts is no worse than one", () => {
  const of = (starts: number) =>
    Array.from({ length: 12 }, (_, seed) =>
      clusters({ per_task: 5, starts }, clustered.features, clustered.labels, seed).join(" "),
    )
  assert.ok(new Set(of(1)).size > new Set(of(30)).size)
})

test("k_means: texts that are alike are one cluster", () => {
  const rows = [
    [0, 0],
    [0, 0],
    [0, 0],
    [3, 1],
    [3, 1],
  ]
  assert.deepEqual(clusters({ per_task: 3 }, rows, [0, 0, 1, 1, 1]), [0, 3])
  assert.deepEqual(clusters({ per_class: 3 }, rows, [0, 0, 1, 1, 1]), [0, 2, 3])
})
