/** Statistics of what enters blocks and sites: every unit of a routing has its own, whatever the query and the level. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { defineRouter, matmul, NoOptions, pool, type Router, softmax, taskMeans } from "../../../src/plugin/index.ts"
import { unitsIn } from "../../../src/run/steps/given.ts"
import { evaluated, fitted } from "../../../src/testing/routed_stream.ts"
import { toyBench } from "../../../src/testing/router_bench.ts"

const reading = (query: "block" | "site", level: "layer" | "site"): Router =>
  defineRouter({
    name: "means",
    summary: "gates by the mean of what enters a unit",
    options: NoOptions,
    routing: () => ({ query, level, granularity: "example", aggregate: "outputs" }),
    statisticsFrom: () => "memory",
    statistics: (given) => ({
      M: { shape: [given.tasks, given.width], data: Float32Array.from(taskMeans(given).means) },
    }),
    gates: (h, { M }) => softmax(matmul(pool("mean", h), M, { transposeB: true })),
  })

const meansOf = async (router: Router, names: readonly ("low_rank" | "prefix")[] = ["low_rank"]) => {
  const { bench, stream } = await toyBench(router, "reference", names)
  const fit = await fitted(bench, { router, options: {} }, stream)
  const { gates } = await evaluated(bench, { router, options: {} }, stream, fit)
  return { means: unitsIn(fit), gates }
}

test("the state of a block is that of every site in it, at whichever level it is read", async () => {
  const [byLayer, bySite] = [await meansOf(reading("block", "layer")), await meansOf(reading("block", "site"))]
  assert.ok(Object.keys(bySite.means).length > Object.keys(byLayer.means).length)
  for (const [unit, { M }] of Object.entries(bySite.means)) {
    const layer = unit.split(".").slice(0, 2).join(".")
    assert.deepEqual(M.data, byLayer.means[layer].M.data, unit)
    assert.equal(bySite.gates[unit].data.length, byLayer.gates[layer].data.length)
  }
})

test("what enters a site is its own: query and value of a block read one state, blocks read different ones", async () => {
  const { means } = await meansOf(reading("site", "site"))
  const at = (unit: string) => means[unit].M.data
  assert.deepEqual(at("layer.0.attention.query"), at("layer.0.attention.value"))
  assert.notDeepEqual(at("layer.0.attention.query"), at("layer.1.attention.query"))
})

test("keys and values that join an attention have statistics of what asks for them", async () => {
  const { means, gates } = await meansOf(reading("block", "site"), ["prefix"])
  assert.ok(Object.keys(means).length > 0)
  assert.deepEqual(Object.keys(gates).sort(), Object.keys(means).sort())
})
