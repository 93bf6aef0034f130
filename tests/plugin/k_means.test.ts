/** k-means finds what is planted, and leaves no cluster empty, whatever the points. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { kMeans, randomStream } from "../../src/plugin/index.ts"

test("planted clusters are found whatever the seed; the least spread of several runs counts", () => {
  const random = randomStream(3, "points")
  const planted = Array.from({ length: 40 }, (_, i) => i % 4)
  const points = planted.map((c) => [10 * c + 0.3 * random.normal(), (c % 2) * 5 + 0.3 * random.normal()])
  for (let seed = 0; seed < 10; seed++) assert.deepEqual(kMeans(points, 4, 10, randomStream(seed)).clusters, planted)
})

test("no cluster is empty, and each has a point that is nearest to its centre", () => {
  const alike = Array.from({ length: 6 }, (_, i) => [i < 5 ? 1 : 2, 0])
  for (let k = 1; k <= 6; k++)
    for (const points of [alike, alike.map(() => [0, 0]), alike.map((_, i) => [i * i, -i])]) {
      const { clusters, nearest } = kMeans(points, k, 3, randomStream(k))
      assert.deepEqual(
        [...new Set(clusters)],
        Array.from({ length: k }, (_, c) => c),
        `${k} of ${points}`,
      )
      assert.deepEqual(
        nearest.map((i) => clusters[i]),
        Array.from({ length: k }, (_, c) => c),
      )
    }
})

test("of no points there is no cluster", () => {
  assert.deepEqual(kMeans([], 0, 3, randomStream(1)), { clusters: [], nearest: [] })
})
