/** Strategies that grow, and prompt pools, over three tasks on the tiny BERT against PyTorch: every module and the head after the third. */
import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { test } from "node:test"
import type { Network } from "../../../src/model/encoder.ts"
import type { Artifact, StoredArray } from "../../../src/plan/step.ts"
import type { HostTensor } from "../../../src/plugin/index.ts"
import { isBeside } from "../../../src/run/steps/training/strategy/carried.ts"
import { prepare } from "../../../src/run/steps/training/strategy/prepared.ts"
import { type Bench, backbone, perform, workOf } from "../../../src/testing/work.ts"
import golden from "../../golden/growing.json" with { type: "json" }
import { apart, DIGITS, engines, type Nested, textsOf, tinyBert } from "../../model/golden.ts"
import { blindOf, chosen, memoriesOf, tokensOf, trainOf } from "./golden_stream.ts"

const LORA = { name: "lora", rank: 4, alpha: 8 }
const PROMPT = { name: "prompt", length: 2 }
const PREFIX = { name: "prefix", length: 2 }
/** What is computed in PyTorch too; the script reads it from where L2R_STARTS_OUT says. */
const VARIANTS: readonly { strategy: string; options: object; adapter: { name: string } }[] = [
  { strategy: "inc_lora", options: {}, adapter: LORA },
  { strategy: "o_lora", options: { lambda_1: 0.7, lambda_2: 0.2 }, adapter: LORA },
  { strategy: "o_lora", options: { entries: "squared" }, adapter: LORA },
  { strategy: "sapt", options: { projection: 5 }, adapter: LORA },
  { strategy: "sapt", options: { projection: 5, reflection: 2, temperature: 0.7 }, adapter: LORA },
  { strategy: "sapt", options: { projection: 5, temperature: 1 }, adapter: PREFIX },
  { strategy: "progressive_prompts", options: {}, adapter: PROMPT },
  { strategy: "progressive_prompts", options: { task: "unknown" }, adapter: PREFIX },
  { strategy: "l2p", options: { pool: 4, top_k: 2 }, adapter: PROMPT },
  { strategy: "dual_prompt", options: { general: 1, general_length: 3, expert: 1 }, adapter: PREFIX },
  { strategy: "dual_prompt", options: { general: 1, general_length: 3, expert: 1, keys: "layer" }, adapter: PREFIX },
  { strategy: "coda_prompt", options: { components: 2, lambda: 0.5 }, adapter: PREFIX },
]
const TRAIN = trainOf(golden)
const tokens = tokensOf(golden)
const memories = memoriesOf(golden)
/** Its arrays go on from task to task. */
const goesOn = (name: string): boolean => /^(pool|attends)\//.test(name)

/** The texts are short; prompts of all tasks stand before them. */
const withRoom = async (): Promise<Network> => {
  const net = await tinyBert()
  return { ...net, checkpoint: { ...net.checkpoint, maxTokens: 22 } }
}

type Arrays = Readonly<Record<string, Nested>>

const nested = ({ shape, data }: HostTensor): Nested =>
  shape.length === 1
    ? Array.from(data, Number)
    : Array.from({ length: shape[0] }, (_, i) => {
        const size = data.length / shape[0]
        return nested({ shape: shape.slice(1), data: data.slice(i * size, (i + 1) * size) as Float32Array })
      })

/** What each task drew, and the model after the third. */
const trained = async (bench: Bench, { strategy, options, adapter }: (typeof VARIANTS)[number]) => {
  const { name, ...written } = adapter
  const both = {
    strategy: await chosen("strategy", strategy, options),
    adapter: await chosen("adapter", name, written),
  }
  const features = await Promise.all(
    tokens.map((one) => perform(bench, "features", { backbone, split: "train" }, { texts: one })),
  )
  const starts: Record<string, Nested>[] = []
  let before: Artifact | undefined
  for (const stage of [0, 1, 2]) {
    const step = { backbone, ...both, train: TRAIN, name: "sequential", stage, seed: 1, visits: [stage], replayed: 100 }
    const inputs = { tokens, previous: before ? [before] : [], memories: memories.slice(0, stage), features }
    const { arrays } = (await prepare(workOf(bench, step, inputs))).start
    starts.push(
      Object.fromEntries(
        [...arrays].flatMap(([key, array]) =>
          /^(head|earlier)\//.test(key) || isBeside(key) || (goesOn(key) && before?.arrays[key])
            ? []
            : [[key, nested(array)]],
        ),
      ),
    )
    before = await perform(bench, "shared", step, inputs)
  }
  return { starts, model: before! }
}

if (process.env.L2R_STARTS_OUT)
  test("draws for the script", async () => {
    const bench = { network: await withRoom(), engine: await engines.reference() }
    const all = []
    for (const variant of VARIANTS) all.push({ ...variant, starts: (await trained(bench, variant)).starts })
    writeFileSync(process.env.L2R_STARTS_OUT!, JSON.stringify(all))
  })

/** Parameters are held in float32 for nine updates: 2e-7 was found; onnxruntime computes in float32 as well. */
const TOLERANCE = { reference: 5e-6, onnxruntime: 2e-4 }

for (const [i, variant] of VARIANTS.entries())
  for (const engine of ["reference", "onnxruntime"] as const)
    test(`${variant.strategy} ${JSON.stringify(variant.options)} on ${variant.adapter.name}: three tasks as in PyTorch, on ${engine}`, async () => {
      const { starts, final } = golden.variants[i] as unknown as {
        readonly starts: readonly Arrays[]
        readonly final: {
          readonly tasks: readonly Arrays[]
          readonly head: Arrays
          readonly attention?: readonly Nested[]
          readonly features?: Nested
        }
      }
      const bench = { network: await withRoom(), engine: await engines[engine]() }
      const found = await trained(bench, variant)
      const { arrays: all } = found.model
      for (const [t, start] of starts.entries())
        for (const [name, value] of Object.entries(start))
          assert.ok(
            apart(([found.starts[t][name]] as Nested[]).flat(9) as number[], value) < DIGITS,
            `the start of ${name} of task ${t} is another: write the fixture anew`,
          )
      const near = (name: string, array: StoredArray | undefined, value: Nested) => {
        const gap = apart((array?.data ?? []) as Float32Array, value)
        assert.ok(gap < TOLERANCE[engine], `${name}: ${gap}`)
      }
      for (const [t, arrays] of final.tasks.entries())
        for (const [name, value] of Object.entries(arrays))
          near(`${name} of task ${t}`, all[t < 2 && !goesOn(name) ? `earlier/${t}/${name}` : name], value)
      for (const [name, value] of Object.entries(final.head)) near(`head/${name}`, all[`head/${name}`], value)
      for (const [t, value] of (final.attention ?? []).entries())
        near(`the attention of task ${t}`, all[`recorded/attention/${t}`], value)
      if (!final.features) return
      const blind = blindOf(textsOf(golden.ids))
      const step = { what: "shared", backbone, stage: 2, seed: 1 }
      const { arrays } = await perform(bench, "encode", step, { shared: found.model, blind })
      near("what the head reads", arrays.features, final.features)
    })
