/** Strategies that train every weight, over three tasks on the tiny BERT, against PyTorch: weights and head after the third. */
import { test } from "node:test"
import type { StoredArray } from "../../../src/plan/step.ts"
import golden from "../../golden/full_strategies.json" with { type: "json" }
import { engines, hostOf, type Nested, tinyBert } from "../../model/golden.ts"
import { assertNear, chosen, trained } from "./golden_stream.ts"

for (const { strategy, options, final } of golden.variants)
  test(`${strategy} ${JSON.stringify(options)}: three tasks as in PyTorch`, async () => {
    const network = await tinyBert()
    const start = {
      json: {},
      arrays: {
        ...(network.checkpoint.weights as Record<string, StoredArray>),
        "head/W": hostOf(golden.initial.W) as StoredArray,
        "head/b": hostOf(golden.initial.b) as StoredArray,
      },
    }
    const bench = { network, engine: await engines.reference() }
    const model = await trained(bench, golden, await chosen("strategy", strategy, options), { start })
    const weights: Readonly<Record<string, Nested>> = final.weights
    assertNear(model, [...Object.entries(weights), ["head/W", final.head.W], ["head/b", final.head.b]])
  })
