/** Strategies along the texts of three tasks as one blurred sequence on the tiny BERT against PyTorch: what is trained where each task has come. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Artifact, StoredArray } from "../../../src/plan/step.ts"
import type { Strategy } from "../../../src/plugin/index.ts"
import { loadPlugin } from "../../../src/plugin/load.ts"
import { arrivalOf } from "../../../src/run/steps/arrival.ts"
import { backbone, perform } from "../../../src/testing/work.ts"
import golden from "../../golden/sequence.json" with { type: "json" }
import stages from "../../golden/strategies.json" with { type: "json" }
import { apart, engines, hostOf, type Nested, tinyBert } from "../../model/golden.ts"
import { chosen, PLAIN, sizeOf, tokensOf } from "./golden_stream.ts"

const SIZE = sizeOf(stages)
const tokens = tokensOf(stages)
const NAMES = tokens.map(({ json }) => (json as { task: string }).task)
const BLUR = 0.5
/** What is trained is held in float32, for twelve updates: as of the strategies at stages, whose nine updates came to 2e-7. */
const TOLERANCE = 5e-6

type Arrays = Readonly<Record<string, Readonly<Record<string, Nested>>>>
const named = ({ adapter, head }: { readonly adapter: Arrays; readonly head: Arrays[string] }) =>
  Object.entries({ ...adapter, head }).flatMap(([site, values]) =>
    Object.entries(values).map(([name, value]) => [`${site}/${name}`, value] as const),
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
    const strategy = await chosen("strategy", name, written)
    const replays = ((await loadPlugin("strategy", name)) as Strategy).replays !== undefined
    const memory = replays ? { plugin: "ring", options: { capacity } } : undefined
    const course = await perform(
      bench,
      "course",
      {
        backbone,
        strategy,
        adapter: await chosen("adapter", "lora", { rank: 4, alpha: 8, targets: ["query", "value"] }),
        train: { ...PLAIN, ...settings },
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
