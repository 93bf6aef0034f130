/** MBC: similarities and partitions as scikit-learn has them. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import mbc, { flattened, similarities, sparsified } from "../../plugins/groupings/mbc.ts"
import { type ModuleOfTask, randomStream } from "../../src/plugin/index.ts"

interface Golden {
  readonly shapes: { readonly A: readonly number[]; readonly B: readonly number[] }
  readonly modules: readonly (readonly number[])[]
  readonly planted: readonly number[]
  readonly cases: readonly {
    readonly sparsity: number
    readonly components: number
    readonly clusters: number
    readonly similarities: readonly (readonly number[])[]
    readonly groups: readonly number[]
  }[]
}
const golden: Golden = JSON.parse(readFileSync(new URL("../golden/mbc.json", import.meta.url), "utf8"))

const size = golden.shapes.A.reduce((a, b) => a * b)
const modules = golden.modules.map(
  (row, i): ModuleOfTask => ({
    task: `t${i}`,
    parameters: {
      "layer.0.query/B": { shape: golden.shapes.B, data: Float32Array.from(row.slice(size)) },
      "layer.0.query/A": { shape: golden.shapes.A, data: Float32Array.from(row.slice(0, size)) },
    },
  }),
)

for (const { sparsity, components, clusters, ...expected } of golden.cases)
  test(`sparsity ${sparsity}, ${components} components, ${clusters} clusters: as scikit-learn`, () => {
    const S = similarities(
      modules.map((module) => sparsified(flattened(module), sparsity)),
      components,
    )
    S.forEach((row, i) =>
      row.forEach((value, j) =>
        assert.ok(Math.abs(value - expected.similarities[i][j]) < 1e-5, `${i}, ${j}: ${value}`),
      ),
    )
    for (const seed of [1, 2, 3]) {
      const options = { sparsity, components, clusters, restarts: 10 }
      assert.deepEqual(mbc.groups(modules, options, randomStream(seed, "grouping", "mbc")), expected.groups)
    }
    if (clusters === 3) assert.deepEqual(expected.groups, golden.planted, "the planted groups")
  })

test("quantiles lie between entries, and what equals them stays", () => {
  const v = Float64Array.from([-4, 1, -2, 3, 0.5])
  assert.deepEqual([...sparsified(v, 0)], [...v])
  assert.deepEqual([...sparsified(v, 0.5)], [-4, 0, -2, 3, 0])
  assert.deepEqual([...sparsified(v, 0.8)], [-4, 0, 0, 0, 0]) // the quantile is 3.2
})

test("modules of zeros have no direction, and are no error", () => {
  const zeros = [0, 1, 2].map((i) => Float64Array.from([0, 0, i]))
  assert.deepEqual(similarities(zeros, 64)[0], [0, 0, 0])
})

test("there are as many groups as are asked for, and as there are modules", () => {
  assert.deepEqual(
    [1, 2, 3, 9].map((n) => mbc.count({ clusters: 3, sparsity: 0, components: 1, restarts: 1 }, n)),
    [1, 2, 3, 3],
  )
})
