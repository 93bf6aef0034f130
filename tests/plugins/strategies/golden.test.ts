/** Strategies over three tasks on the tiny BERT against PyTorch: what is trained after the third, and logits after local adaptation. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Artifact } from "../../../src/plan/step.ts"
import { type Bench, backbone, perform } from "../../../src/testing/work.ts"
import golden from "../../golden/strategies.json" with { type: "json" }
import { apart, engines, textsOf, tinyBert } from "../../model/golden.ts"
import {
  assertNear,
  blindOf,
  chosen,
  LORA,
  memoriesOf,
  modelOf,
  named,
  TOLERANCE,
  tokensOf,
  trained,
} from "./golden_stream.ts"

const texts = textsOf(golden.ids)
const tokens = tokensOf(golden)
const memories = memoriesOf(golden)
const after = async (bench: Bench, plugin: string, written: object): Promise<Artifact> =>
  trained(bench, golden, await chosen("strategy", plugin, written), {
    start: modelOf(golden.initial),
    adapter: LORA,
    memories,
  })

for (const { strategy, options, final } of golden.variants)
  test(`${strategy} ${JSON.stringify(options)}: three tasks as in PyTorch`, async () => {
    const bench = { network: await tinyBert(), engine: await engines.reference() }
    assertNear(await after(bench, strategy, options), named(final))
  })

test("mbpa_pp: logits after local adaptation as in PyTorch", async () => {
  const bench = { network: await tinyBert(), engine: await engines.reference() }
  const { tested, options, logits } = golden.adapted
  const shared = await after(bench, "er", {})
  const blind = blindOf(tested.map((i) => texts[i]))
  const featuresOf = (split: "train" | "test", artifact: Artifact) =>
    perform(bench, "features", { backbone, split }, { texts: artifact })
  const { arrays } = await perform(
    bench,
    "evaluate",
    { how: "adapted", backbone, strategy: await chosen("strategy", "mbpa_pp", options), stage: 2, seed: 1 },
    {
      shared,
      blind,
      tokens,
      memories,
      features: await Promise.all(tokens.map((one) => featuresOf("train", one))),
      testFeatures: await featuresOf("test", blind),
    },
  )
  assert.ok(
    apart(arrays.logits.data as Float32Array, logits) < TOLERANCE,
    `${apart(arrays.logits.data as Float32Array, logits)}`,
  )
})
