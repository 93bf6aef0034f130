/** Transfers: blocks by the papers' formulas, correlations and assignments as numpy and scipy have them. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import average from "../../plugins/transfers/average.ts"
import correlation, { assigned, correlations } from "../../plugins/transfers/correlation.ts"
import skip from "../../plugins/transfers/skip.ts"
import type { HostTensor } from "../../src/plugin/index.ts"
import { testTransfer } from "../../src/testing/index.ts"

interface Golden {
  readonly cases: readonly {
    readonly source: readonly (readonly number[])[]
    readonly target: readonly (readonly number[])[]
    readonly correlations: readonly (readonly number[])[]
    readonly assigned: readonly number[]
    readonly gain: number
  }[]
}
const golden: Golden = JSON.parse(readFileSync(new URL("../golden/transfers.json", import.meta.url), "utf8"))

const table = (rows: readonly (readonly number[])[]): HostTensor => ({
  shape: [rows.length, rows[0].length],
  data: Float64Array.from(rows.flat()),
})

for (const { source, target, gain, ...expected } of golden.cases)
  test(`correlations and assignment as numpy and scipy: ${source[0].length} features for ${target[0].length}`, async () => {
    const C = correlations(table(target), table(source))
    C.forEach((row, i) => {
      row.forEach((value, j) => assert.ok(Math.abs(value - expected.correlations[i][j]) < 1e-6, `${i}, ${j}: ${value}`))
    })
    const options = { layers: "skip", texts: 1000, outputs: "own" } as const
    assert.deepEqual(
      Array.from((await correlation.features!(table(source), table(target), options)) as Int32Array),
      expected.assigned,
    )
    const columns = await assigned(C)
    const sum = columns.reduce((total, column, row) => total + (column < 0 ? 0 : C[row][column]), 0)
    assert.ok(Math.abs(sum - gain) < 1e-6)
  })

test("a feature that does not vary is like none, and two backbones that read nothing alike have no map", async () => {
  const still = table([
    [0.1, 1],
    [0.1, 2],
    [0.1, 4],
  ])
  assert.deepEqual(
    correlations(still, still).map((row) => Array.from(row, (x) => Math.round(1e9 * x) / 1e9)),
    [
      [0, 0],
      [0, 1],
    ],
  )
  assert.match(String(await correlation.features!(table([[1]]), table([[1]]), {} as never)), /no two pieces/)
})

test("blocks: every k-th, or the mean of k; uneven shares and deeper targets", () => {
  const layers = (plugin: typeof skip | typeof average, source: number, target: number) =>
    plugin.layers(source, target, {} as never)
  // l mod k = 0, new index l / k
  assert.deepEqual(
    layers(skip, 24, 6),
    [0, 4, 8, 12, 16, 20].map((l) => [l]),
  )
  assert.deepEqual(layers(average, 6, 3), [
    [0, 1],
    [2, 3],
    [4, 5],
  ])
  for (const plugin of [skip, average]) assert.deepEqual(layers(plugin, 4, 4), [[0], [1], [2], [3]])
  assert.deepEqual(layers(skip, 5, 3), [[0], [1], [3]])
  assert.deepEqual(layers(average, 5, 3), [[0], [1, 2], [3, 4]])
  assert.deepEqual(layers(skip, 2, 5), [[0], [0], [0], [1], [1]])
  assert.deepEqual(layers(average, 2, 5), [[0], [0], [0], [1], [1]])
  for (const [source, target] of [
    [7, 3],
    [3, 7],
    [1, 4],
    [12, 5],
  ])
    for (const all of [layers(skip, source, target), layers(average, source, target)])
      assert.ok((all as number[][]).every((from) => from.length > 0 && from.every((l) => l >= 0 && l < source)))
})

testTransfer(skip)
testTransfer(average)
testTransfer(correlation)
testTransfer(correlation, { layers: "average", outputs: "by_input" }, { lossy: true })
