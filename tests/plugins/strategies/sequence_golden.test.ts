/** Strategies along the texts of three tasks as one blurred sequence on the tiny BERT against PyTorch: what is trained where each task has come. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Artifact, StoredArray } from "../../../src/plan/step.ts"
import { Schema, type Strategy } from "../../../src/plugin/index.ts"
import { loadPlugin } from "../../../src/plugin/load.ts"
import { arrivalOf } from "../../../src/run/steps/arrival.ts"
import { storedTexts } from "../../../src/run/steps/given.ts"
import { backbone, perform } from "../../../src/testing/work.ts"
import golden from "../../golden/sequence.json" with { type: "json" }
import stages from "../../golden/strategies.json" with { type: "json" }
import { apart, engines, hostOf, type Nested, textsOf, tinyBert } from "../../model/golden.ts"

const SIZE = 8
const NAMES = ["task 0", "task 1", "task 2"]
const BLUR = 0.5
/** What is trained is held in float32, for twelve updates: as of the strategies at stages, whose nine updates came to 2e-7. */
const TOLERANCE = 5e-6

type Arrays = Readonly<Record<string, Readonly<Record<string, Nested>>>>
const whole = (values: readonly number[]): StoredArray => ({ shape: [values.length], data: Int32Array.from(values) })
const named = ({ adapter, head }: { readonly adapter: Arrays; readonly head: Arrays[string] }) =>
  Object.entries({ ...adapter, head }).flatMap(([site, values]) =>
    Object.entries(values).map(([name, value]) => [`${site}/${name}`, value] as const),
  )

const tokens = NAMES.map(
  (name, t): Artifact => ({
    json: { task: name, labels: ["even", "odd"] },
    arrays: {
      ...storedTexts("train", textsOf(stages.ids).slice(t * SIZE, (t + 1) * SIZE)),
      "train/labels": whole(stages.labels.slice(t * SIZE, (t + 1) * SIZE).map((label) => label % 2)),
    },
  }),
)
const initial: Artifact = {
  json: {},
  arrays: Object.fromEntries(named(stages.initial).map(([name, value]) => [name, hostOf(value) as StoredArray])),
}
const { capacity, ...settings } = golden.settings

test("texts arrive in the order of the fixture", () => {
  const arrived = arrivalOf(NAMES, [SIZE, SIZE, SIZE], 1, BLUR)
  assert.deepEqual(
    arrived.map(({ task, index }) => SIZE * task + index),
    golden.order,
  )
})

for (const { strategy: name, options: written, moments } of golden.variants)
  test(`${name} ${JSON.stringify(written)}: along the sequence as in PyTorch`, async () => {
    const bench = { network: await tinyBert(), engine: await engines.reference() }
    const plugin = (await loadPlugin("strategy", name)) as Strategy
    const options = Schema.decodeUnknownSync(plugin.options)(written as never)
    const memory = plugin.replays ? { plugin: "ring", options: { capacity } } : undefined
    const course = await perform(
      bench,
      "course",
      {
        backbone,
        strategy: { plugin: name, options },
        adapter: { plugin: "lora", options: { rank: 4, alpha: 8, dropout: 0, targets: ["query", "value"] } },
        train: {
          ...settings,
          accumulate: 1,
          optimiser: "adamw",
          decayed: "all",
          clip: "none",
          label_smoothing: 0,
          schedule: "linear",
          warm_up: 0,
          early_stop: "none",
          earlier: "absent",
        },
        name: "sequential",
        stage: 0,
        seed: 1,
        replayed: 100,
        visits: [0, 1, 2],
        sequence: { tasks: NAMES, blur: BLUR, ...(memory ? { memory } : {}) },
      },
      { tokens, previous: [initial] },
    )
    for (const [stage, { model, seen, kept }] of moments.entries()) {
      const { arrays } = await perform(bench, "moment", { stage }, { course })
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
    }
  })
