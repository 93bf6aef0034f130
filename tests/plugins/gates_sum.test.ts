/** I6: gates that are shares sum to one and are never negative; those that are none say so. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { type Router, Schema } from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import { shipped } from "../../src/plugin/registry.ts"
import { evaluated, fitted } from "../../src/testing/routed_stream.ts"
import { toyBench } from "../../src/testing/router_bench.ts"

/** Sums that are others: weights of any sign, probabilities that are not normalised again, no module at all, confidences; `uniform` keeps none, the same for all texts. */
const OTHERS = ["base_model", "lorahub", "moduleformer", "max_confidence", "uniform"]

for (const { name } of shipped("router").filter(({ name }) => !OTHERS.includes(name)))
  test(`I6: gates of ${name} sum to one`, async () => {
    const router = (await loadPlugin("router", name)) as Router
    const { bench, stream } = await toyBench(router)
    const setting = { router, options: Schema.decodeUnknownSync(router.options)({} as never) }
    const { gates } = await evaluated(bench, setting, stream, await fitted(bench, setting, stream))
    assert.ok(Object.keys(gates).length > 0, "no gates")
    for (const [unit, { shape, data }] of Object.entries(gates))
      for (let i = 0; i < shape[0]; i++) {
        const row = Array.from(data.slice(i * shape[1], (i + 1) * shape[1]) as Float32Array)
        assert.ok(
          row.every((gate) => gate >= 0),
          `${unit}: ${row}`,
        )
        assert.ok(Math.abs(row.reduce((sum, gate) => sum + gate, 0) - 1) < 1e-5, `${unit}: ${row}`)
      }
  })
