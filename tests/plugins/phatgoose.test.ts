/** PHATGOOSE's gates are of their modules: whatever modules come later. */
import assert from "node:assert/strict"
import { test } from "node:test"
import phatgoose from "../../plugins/routers/phatgoose.ts"
import { type Router, Schema } from "../../src/plugin/index.ts"
import { fittedFrom } from "../../src/testing/routed_stream.ts"
import { toyBench } from "../../src/testing/router_bench.ts"
import { inOrder } from "../../src/testing/toy_stream.ts"

const router: Router = phatgoose
const setting = { router, options: Schema.decodeUnknownSync(router.options)({} as never) }

test("the gate of a module is the same, bit by bit, at every stage and in every order", async () => {
  const { bench, stream } = await toyBench(router)
  const order = [2, 0, 1]
  const stages = await fittedFrom(bench, setting, stream, 0)
  const [turned] = await fittedFrom(bench, setting, inOrder(stream, order), 2)
  for (const unit of (stages[2].json as { units: string[] }).units) {
    const gate = (fit: (typeof stages)[number], m: number) => {
      const { shape, data } = fit.arrays[`unit/${unit}/v`]
      return data.slice(m * shape[1], (m + 1) * shape[1])
    }
    for (const stage of [0, 1, 2])
      for (let m = 0; m <= stage; m++) assert.deepEqual(gate(stages[stage], m), gate(stages[2], m), `module ${m}`)
    order.forEach((m, place) =>
      assert.deepEqual(gate(turned, place), gate(stages[2], m), `module ${m} in place ${place}`),
    )
    assert.notDeepEqual(gate(stages[2], 0), gate(stages[2], 1))
    assert.ok(
      (gate(stages[2], 0) as Float32Array).some((x) => x !== 0),
      "it is learnt",
    )
  }
})
