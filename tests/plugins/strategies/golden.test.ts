/** Strategies over three tasks on the tiny BERT against PyTorch: what is trained after the third, and logits after local adaptation. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Artifact, StoredArray } from "../../../src/plan/step.ts"
import { storedTexts } from "../../../src/run/steps/given.ts"
import { type Bench, backbone, perform } from "../../../src/testing/work.ts"
import golden from "../../golden/strategies.json" with { type: "json" }
import { apart, engines, hostOf, type Nested, textsOf, tinyBert } from "../../model/golden.ts"
import { chosen, sizeOf, TASKS, tokensOf, trainOf, whole } from "./golden_stream.ts"

const LORA = { plugin: "lora", options: { rank: 4, alpha: 8, dropout: 0, targets: ["query", "value"] } }
const TRAIN = trainOf(golden)
/** What is trained is held in float32, for nine updates; 2e-7 was found. */
const TOLERANCE = 5e-6

type Arrays = Readonly<Record<string, Readonly<Record<string, Nested>>>>
const named = ({ adapter, head }: { readonly adapter: Arrays; readonly head: Arrays[string] }) =>
  Object.entries({ ...adapter, head }).flatMap(([site, values]) =>
    Object.entries(values).map(([name, value]) => [`${site}/${name}`, value] as const),
  )

const texts = textsOf(golden.ids)
const tokens = tokensOf(golden)
const memories = golden.remembered.map(
  (kept, t): Artifact => ({ json: {}, arrays: { indices: whole(kept.map((i) => i - t * sizeOf(golden))) } }),
)
const initial: Artifact = {
  json: {},
  arrays: Object.fromEntries(named(golden.initial).map(([name, value]) => [name, hostOf(value) as StoredArray])),
}

/** After the third task. */
const trained = async (bench: Bench, plugin: string, written: object): Promise<Artifact> => {
  const strategy = await chosen("strategy", plugin, written)
  let before = initial
  for (let stage = 0; stage < TASKS; stage++)
    before = await perform(
      bench,
      "shared",
      {
        backbone,
        strategy,
        adapter: LORA,
        train: TRAIN,
        name: "sequential",
        stage,
        seed: 1,
        replayed: 100,
        visits: [stage],
      },
      { tokens, previous: [before], memories: memories.slice(0, stage) },
    )
  return before
}

for (const { strategy, options, final } of golden.variants)
  test(`${strategy} ${JSON.stringify(options)}: three tasks as in PyTorch`, async () => {
    const bench = { network: await tinyBert(), engine: await engines.reference() }
    const { arrays } = await trained(bench, strategy, options)
    for (const [name, value] of named(final)) {
      const gap = apart(arrays[name].data as Float32Array, value)
      assert.ok(gap < TOLERANCE, `${name}: ${gap}`)
    }
  })

test("mbpa_pp: logits after local adaptation as in PyTorch", async () => {
  const bench = { network: await tinyBert(), engine: await engines.reference() }
  const { tested, options, logits } = golden.adapted
  const shared = await trained(bench, "er", {})
  const blind: Artifact = {
    json: {},
    arrays: {
      ...storedTexts(
        "test",
        tested.map((i) => texts[i]),
      ),
      "stage/2": whole([...tested.keys()]),
    },
  }
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
