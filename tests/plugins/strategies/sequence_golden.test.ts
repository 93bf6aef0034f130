/** Strategies along the texts of three tasks as one blurred sequence on the tiny BERT against PyTorch: what is trained where each task has come. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Artifact } from "../../../src/plan/step.ts"
import type { Strategy } from "../../../src/plugin/index.ts"
import { loadPlugin } from "../../../src/plugin/load.ts"
import { arrivalOf } from "../../../src/run/steps/arrival.ts"
import { type Bench, backbone, perform } from "../../../src/testing/work.ts"
import golden from "../../golden/sequence.json" with { type: "json" }
import stages from "../../golden/strategies.json" with { type: "json" }
import { apart, engines, textsOf, tinyBert } from "../../model/golden.ts"
import { blindOf, chosen, modelOf, named, PLAIN, sizeOf, tokensOf, type Values } from "./golden_stream.ts"

const SIZE = sizeOf(stages)
const tokens = tokensOf(stages)
const NAMES = tokens.map(({ json }) => (json as { task: string }).task)
const BLUR = 0.5
/** What is trained is held in float32, for twelve updates: as of the strategies at stages, whose nine updates came to 2e-7. */
const TOLERANCE = 5e-6

interface Variant {
  readonly strategy: string
  readonly options: object
  /** Where it does not start as the others do. */
  readonly initial?: Values
  /** Of what adapts to each text. */
  readonly tested?: readonly number[]
  readonly moments: readonly {
    readonly model: Values
    readonly seen: readonly number[]
    readonly kept: readonly number[]
    readonly adapted?: readonly (readonly number[])[]
  }[]
}
const variants = golden.variants as unknown as readonly Variant[]

const featuresOf = (bench: Bench, split: "train" | "test", texts: Artifact) =>
  perform(bench, "features", { backbone, split }, { texts })

/** Logits of the classes that have come, of some texts to each of which the model is adapted. */
const adaptedTo = async (
  bench: Bench,
  tested: readonly number[],
  strategy: object,
  shared: Artifact,
  features: readonly Artifact[],
) => {
  const texts = textsOf(stages.ids)
  const blind = blindOf(tested.map((i) => texts[i]))
  const { arrays } = await perform(
    bench,
    "evaluate",
    { how: "adapted", backbone, strategy, stage: 2, seed: 1 },
    {
      shared,
      blind,
      tokens,
      memories: [shared],
      features,
      testFeatures: await featuresOf(bench, "test", blind),
    },
  )
  const { data, shape } = arrays.logits
  return tested.map((_, row) => Array.from(shared.arrays.seen.data, (c) => Number(data[row * shape[1] + Number(c)])))
}

const { capacity, ...settings } = golden.settings

test("texts arrive in the order of the fixture", () => {
  const arrived = arrivalOf(NAMES, [SIZE, SIZE, SIZE], 1, BLUR)
  assert.deepEqual(
    arrived.map(({ task, index }) => SIZE * task + index),
    golden.order,
  )
})

for (const { strategy: name, options: written, initial = stages.initial, tested, moments } of variants)
  test(`${name} ${JSON.stringify(written)}: along the sequence as in PyTorch`, async () => {
    const net = await tinyBert()
    const { replays, pool } = (await loadPlugin("strategy", name)) as Strategy
    // The texts are short; prompts stand before them.
    const network = pool ? { ...net, checkpoint: { ...net.checkpoint, maxTokens: 22 } } : net
    const bench = { network, engine: await engines.reference() }
    const reads = pool !== undefined || tested !== undefined
    const features = reads ? await Promise.all(tokens.map((one) => featuresOf(bench, "train", one))) : []
    const strategy = await chosen("strategy", name, written)
    const memory = replays ? { plugin: "ring", options: { capacity } } : undefined
    const course = await perform(
      bench,
      "course",
      {
        backbone,
        strategy,
        adapter: pool
          ? await chosen("adapter", "prompt", { length: 2 })
          : await chosen("adapter", "lora", { rank: 4, alpha: 8, targets: ["query", "value"] }),
        train: { ...PLAIN, ...settings },
        name: "sequential",
        stage: 0,
        seed: 1,
        replayed: 100,
        visits: [0, 1, 2],
        sequence: { tasks: NAMES, blur: BLUR, ...(memory ? { memory } : {}) },
      },
      {
        tokens,
        previous: [modelOf(initial)],
        ...(pool ? { features } : {}),
      },
    )
    for (const [stage, { model, seen, kept, adapted }] of moments.entries()) {
      const shared = await perform(bench, "moment", { stage }, { course })
      const { arrays } = shared
      assert.deepEqual([...arrays.seen.data], seen)
      if (memory)
        assert.deepEqual(
          [0, 1, 2].flatMap((t) => Array.from(arrays[`indices/${t}`].data, (i) => SIZE * t + Number(i))),
          kept,
        )
      for (const [array, value] of named(model)) {
        const gap = apart(arrays[array].data as Float32Array, value)
        assert.ok(gap < TOLERANCE, `${array} after task ${stage + 1}: ${gap}`)
      }
      if (tested && adapted) {
        const found = (await adaptedTo(bench, tested, strategy, shared, features)).flat()
        const gap = apart(
          found,
          adapted.map((row) => seen.map((c) => row[c])),
        )
        assert.ok(gap < TOLERANCE, `logits after local adaptation, after task ${stage + 1}: ${gap}`)
      }
    }
  })
