/** A library of 64 modules: every router that ships is fitted on it and evaluated. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { type Router, Schema } from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import { shipped } from "../../src/plugin/registry.ts"
import { evaluated, fittedFrom } from "../../src/testing/routed_stream.ts"
import { toyBench } from "../../src/testing/router_bench.ts"

const MODULES = 64
/** Where a fit goes on from stage to stage, it does so from this many modules on. */
const BEFORE = 61
/** A minute of work, in formulas that are the same on each runtime. */
const skip = (process.versions.bun ?? process.versions.deno) !== undefined && "on Node alone"

for (const { name } of shipped("router"))
  test(`${name} serves ${MODULES} modules`, { skip }, async () => {
    const router = (await loadPlugin("router", name)) as Router
    const { bench, stream } = await toyBench(router, "onnxruntime", ["low_rank"], MODULES)
    const setting = { router, options: Schema.decodeUnknownSync(router.options)({} as never) }
    const fitting = { epochs: 1, batch: 64, learning_rate: 0.1, head_learning_rate: 0.1 }
    const first = router.fit?.(setting.options).continues ? BEFORE : MODULES - 1
    const stages = await fittedFrom(bench, setting, stream, first, "kept", fitting)
    const { gates, logits } = await evaluated(bench, setting, stream, stages[stages.length - 1])
    for (const [unit, { shape, data }] of [...Object.entries(gates), ["logits", logits] as const]) {
      if (unit !== "logits") assert.deepEqual(shape[1], MODULES, unit)
      assert.ok((data as Float32Array).every(Number.isFinite), unit)
    }
  })
