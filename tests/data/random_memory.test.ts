import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import random from "../../plugins/memories/random.ts"
import { randomStream, Schema } from "../../src/plugin/index.ts"

const labels = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 80 }).map((values) => Int32Array.from(values))
const options = Schema.decodeUnknownSync(random.options)
const draw = (of: Int32Array, given: object, seed = 1, task = "t") => [
  ...random.draw!({ task, labels: of }, options(given as never), randomStream(seed, "memory", task)),
]

test("so many of each class, all where there are fewer; distinct training examples in ascending order", () => {
  fc.assert(
    fc.property(labels, fc.integer({ min: 1, max: 20 }), (of, per_class) => {
      const drawn = draw(of, { per_class })
      assert.deepEqual(
        drawn,
        [...new Set(drawn)].sort((a, b) => a - b),
      )
      assert(drawn.every((i) => i >= 0 && i < of.length)) // I17: only training examples can be named
      for (const c of new Set(of))
        assert.equal(drawn.filter((i) => of[i] === c).length, Math.min(per_class, of.filter((l) => l === c).length))
    }),
  )
})

test("so many of each task, all where there are fewer", () => {
  fc.assert(
    fc.property(labels, fc.integer({ min: 1, max: 100 }), (of, per_task) => {
      const drawn = draw(of, { per_task })
      assert.deepEqual(
        drawn,
        [...new Set(drawn)].sort((a, b) => a - b),
      )
      assert.equal(drawn.length, Math.min(per_task, of.length))
    }),
  )
})

test("I17: the draw depends on seed and task alone", () => {
  assert.equal(random.keep, undefined)
  const of = Int32Array.from({ length: 200 }, (_, i) => i % 4)
  const once = draw(of, {})
  draw(Int32Array.from([0, 1, 2]), {}, 1, "another task in between")
  assert.deepEqual(draw(of, {}), once)
  assert.equal(once.length, 20)
  assert.notDeepEqual(draw(of, {}, 2), once)
  assert.notDeepEqual(draw(of, {}, 1, "u"), once)
})

test("every example of a class is as likely as another", () => {
  const times = new Array(10).fill(0)
  for (let seed = 0; seed < 2000; seed++) for (const i of draw(new Int32Array(10), { per_class: 3 }, seed)) times[i]++
  for (const count of times) assert(Math.abs(count - 600) < 6 * Math.sqrt(2000 * 0.3 * 0.7), String(times))
})

for (const given of [
  { per_class: 0 },
  { per_task: -1 },
  { per_class: 1.5 },
  { per_class: "few" },
  { per_class: 5, per_task: 20 },
])
  test(`refused: ${JSON.stringify(given)}`, () => {
    assert.throws(() => options(given as never))
  })
