/** Strategies that train every weight, over three tasks on the tiny BERT, against PyTorch: weights and head after the third. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Artifact, StoredArray } from "../../../src/plan/step.ts"
import { backbone, perform } from "../../../src/testing/work.ts"
import golden from "../../golden/full_strategies.json" with { type: "json" }
import { apart, engines, hostOf, type Nested, tinyBert } from "../../model/golden.ts"
import { chosen, TASKS, tokensOf, trainOf } from "./golden_stream.ts"

/** What is trained is held in float32, for nine updates. */
const TOLERANCE = 5e-6

const tokens = tokensOf(golden)

for (const { strategy, options, final } of golden.variants)
  test(`${strategy} ${JSON.stringify(options)}: three tasks as in PyTorch`, async () => {
    const network = await tinyBert()
    const bench = { network, engine: await engines.reference() }
    const start: Artifact = {
      json: {},
      arrays: {
        ...(network.checkpoint.weights as Record<string, StoredArray>),
        "head/W": hostOf(golden.initial.W) as StoredArray,
        "head/b": hostOf(golden.initial.b) as StoredArray,
      },
    }
    let before = start
    for (let stage = 0; stage < TASKS; stage++)
      before = await perform(
        bench,
        "shared",
        {
          backbone,
          strategy: await chosen("strategy", strategy, options),
          train: trainOf(golden),
          name: "sequential",
          stage,
          seed: 1,
          visits: [stage],
        },
        { tokens, previous: [before] },
      )
    const named: readonly (readonly [string, Nested])[] = [
      ...Object.entries(final.weights),
      ["head/W", final.head.W],
      ["head/b", final.head.b],
    ]
    for (const [name, value] of named) {
      assert.ok(before.arrays[name], `${name} is not among ${Object.keys(before.arrays).join(", ")}`)
      const gap = apart(before.arrays[name].data as Float32Array, value)
      assert.ok(gap < TOLERANCE, `${name}: ${gap}`)
    }
  })
