/** Random streams: equal on every runtime, independent by name, uniform and normal. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { randomStream } from "../../src/tensor/index.ts"

const take = <T>(n: number, next: () => T): T[] => Array.from({ length: n }, next)

test("known values, the same on every runtime", () => {
  const stream = randomStream(42, "noise", 3)
  assert.deepEqual(take(4, stream.uint32), [3594628071, 2852361299, 3264850751, 1320033679])
  assert.deepEqual(take(3, stream.uniform), [0.5862266421318054, 0.3556097149848938, 0.10889559984207153])
  assert.deepEqual(
    take(4, stream.normal),
    [0.6553801958551138, 0.6812807965538346, -0.6335254038760211, -0.19337897244315885],
  )
  assert.deepEqual(
    take(5, () => stream.below(10)),
    [6, 5, 5, 9, 6],
  )
  assert.deepEqual(stream.shuffle([..."abcdefgh"]).join(""), "cheadbgf")
  assert.deepEqual([...stream.fillUniform(new Float32Array(2))], [0.9205582737922668, 0.012005388736724854])
})

test("a stream is its seed and names", () => {
  const first = (...key: [number, ...(string | number)[]]) => take(4, randomStream(...key).uint32).join()
  assert.equal(first(1, "a"), first(1, "a"))
  const keys: [number, ...(string | number)[]][] = [
    [1, "a"],
    [2, "a"],
    [1, "b"],
    [1, "a", "b"],
    [1, "ab"],
    [1],
    [1, "a", 0],
    [1, 0],
  ]
  assert.equal(new Set(keys.map((key) => first(...key))).size, keys.length)
})

test("streams of neighbouring names are not correlated", () => {
  const n = 4000
  for (const [a, b] of [
    [0, 1],
    [1, 2],
    [10, 11],
  ]) {
    const [x, y] = [randomStream(7, "stream", a), randomStream(7, "stream", b)]
    const correlation = take(n, () => (x.uniform() - 0.5) * (y.uniform() - 0.5) * 12).reduce((s, v) => s + v, 0) / n
    assert.ok(Math.abs(correlation) < 4 / Math.sqrt(n), `correlation ${correlation}`)
  }
})

/** Chi-square statistic of counts that should be equal. */
const chiSquare = (counts: readonly number[]): number => {
  const expected = counts.reduce((a, b) => a + b, 0) / counts.length
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

test("uniform numbers fill (0, 1) evenly", () => {
  const { uniform } = randomStream(1, "uniform")
  const counts = new Array(64).fill(0)
  for (let i = 0; i < 64000; i++) {
    const x = uniform()
    assert.ok(x > 0 && x < 1 && Math.fround(x) === x)
    counts[Math.floor(x * 64)]++
  }
  assert.ok(chiSquare(counts) < 110, `${chiSquare(counts)} with 63 degrees of freedom`)
})

test("below(n) is even, also where n does not divide 2^32", () => {
  const { below } = randomStream(2, "below")
  const counts = new Array(7).fill(0)
  for (let i = 0; i < 35000; i++) counts[below(7)]++
  assert.ok(chiSquare(counts) < 25, `${chiSquare(counts)} with 6 degrees of freedom`)
  const large = 3 * 2 ** 30
  const low = take(6000, () => below(large)).filter((x) => x < 2 ** 30).length
  assert.ok(Math.abs(low - 2000) < 200, `${low} of 6000 in the first third`)
  assert.throws(() => below(0), RangeError)
  assert.throws(() => below(1.5), RangeError)
})

test("normal deviates have the moments and the quantiles of the normal distribution", () => {
  const n = 60000
  const xs = take(n, randomStream(3, "normal").normal)
  const moment = (k: number) => xs.reduce((sum, x) => sum + x ** k, 0) / n
  assert.ok(Math.abs(moment(1)) < 0.02, `mean ${moment(1)}`)
  assert.ok(Math.abs(moment(2) - 1) < 0.03, `variance ${moment(2)}`)
  assert.ok(Math.abs(moment(3)) < 0.06, `skewness ${moment(3)}`)
  assert.ok(Math.abs(moment(4) - 3) < 0.15, `kurtosis ${moment(4)}`)
  const beyond = xs.filter((x) => Math.abs(x) > 1.959963984540054).length / n
  assert.ok(Math.abs(beyond - 0.05) < 0.004, `${beyond} beyond the 95 % interval`)
})

test("shuffle gives every order equally often, and leaves its argument alone", () => {
  const { shuffle } = randomStream(4, "shuffle")
  const items = Object.freeze(["a", "b", "c"])
  const counts = new Map<string, number>()
  for (let i = 0; i < 12000; i++) {
    const order = shuffle(items).join("")
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  assert.equal(counts.size, 6)
  assert.ok(chiSquare([...counts.values()]) < 25)
})
