/** LFPT5 over three tasks against PyTorch, on an encoder-decoder and on a decoder: the prompt after the third task. */
import assert from "node:assert/strict"
import { test } from "node:test"
import lfpt5 from "../../../plugins/strategies/lfpt5.ts"
import type { Network } from "../../../src/model/encoder.ts"
import type { Artifact, StoredArray } from "../../../src/plan/step.ts"
import { Schema, type Strategy } from "../../../src/plugin/index.ts"
import { storedTexts } from "../../../src/run/steps/given.ts"
import { type Bench, backbone, perform } from "../../../src/testing/work.ts"
import golden from "../../golden/lfpt5.json" with { type: "json" }
import { tinyDecoder } from "../../model/decoders.ts"
import { tinyT5 } from "../../model/encoder_decoders.ts"
import { apart, engines, hostOf, type Nested, textsOf } from "../../model/golden.ts"
import { PLAIN } from "./golden_stream.ts"

const strategy: Strategy = lfpt5
const NETWORKS: Readonly<Record<keyof typeof golden.networks, () => Promise<Network>>> = {
  t5: () => tinyT5("gated"),
  llama: async () => {
    const { backbone: llama, checkpoint } = await tinyDecoder("llama")
    return { backbone: llama, checkpoint: { ...checkpoint, maxTokens: 32 } } // the prompt joins texts
  },
}
const PROMPT = { plugin: "prompt", options: { length: 3, start: "normal", text: "", deviation: 0.02 } }
const TRAIN = { ...PLAIN, ...golden.settings, batch: 4 }
/** What is trained is held in float32, for nine updates; 1e-6 was found. */
const TOLERANCE = 5e-6

type Rows = (typeof golden.tasks)[number]
const of = (rows: Rows, part: "text" | "answer" | "sample" | "trigger") => textsOf(rows.map((row) => row[part]))
const labels = (rows: Rows): StoredArray => ({ shape: [rows.length], data: new Int32Array(rows.length) })
const pairsOf = (rows: Rows, text: "text" | "trigger", answer: "answer" | "sample"): Artifact => ({
  json: { labels: ["task"] },
  arrays: {
    ...storedTexts("train", of(rows, text)),
    ...storedTexts("train/answers", of(rows, answer)),
    "train/labels": labels(rows),
  },
})
const tokens = golden.tasks.map((rows) => pairsOf(rows, "text", "answer"))
const written = golden.written.map((stage) =>
  stage.map(
    (rows: Rows): Artifact => ({
      json: { labels: ["task"] },
      arrays: {
        ...pairsOf(rows, "text", "answer").arrays,
        ...storedTexts("train/triggers", of(rows, "trigger").slice(0, 1)),
        ...storedTexts("train/samples", of(rows, "sample")),
      },
    }),
  ),
)

const SITE = "embeddings/P"

/** The prompt after each task. */
const trained = async (
  bench: Bench,
  options: object,
  initial: Nested,
  memories = written,
): Promise<readonly Artifact[]> => {
  const stages: Artifact[] = [{ json: {}, arrays: { [SITE]: hostOf(initial) as StoredArray } }]
  for (const [stage, rows] of golden.tasks.entries())
    stages.push(
      await perform(
        bench,
        "shared",
        {
          backbone,
          strategy: { plugin: strategy.name, options: Schema.decodeUnknownSync(strategy.options)(options as never) },
          adapter: PROMPT,
          train: TRAIN,
          name: "sequential",
          stage,
          seed: 1,
          replayed: 100,
          visits: [stage],
          head: "text",
        },
        {
          tokens,
          previous: stages.slice(-1),
          samples: [pairsOf(rows, "trigger", "sample")],
          memories: memories[stage],
        },
      ),
    )
  return stages.slice(1)
}

for (const [name, load] of Object.entries(NETWORKS))
  test(`${name}: three tasks as in PyTorch`, async () => {
    const bench = { network: await load(), engine: await engines.reference(), plugins: [strategy] }
    const { initial, final } = golden.networks[name as keyof typeof golden.networks]
    for (const [v, options] of golden.options.entries()) {
      const stages = await trained(bench, options, initial)
      const gap = apart(stages[2].arrays[SITE].data as Float32Array, final[v])
      assert.ok(gap < TOLERANCE, `${JSON.stringify(options)}: ${gap}`)
    }
  })

test("where no sample has the form a task is learnt without", async () => {
  const bench = { network: await NETWORKS.llama(), engine: await engines.onnxruntime(), plugins: [strategy] }
  const none: Artifact = {
    json: { labels: ["task"] },
    arrays: {
      ...pairsOf([], "text", "answer").arrays,
      ...storedTexts("train/triggers", of(golden.tasks[0], "trigger").slice(0, 1)),
      ...storedTexts("train/samples", []),
    },
  }
  const empty = written.map((stage) => stage.map(() => none))
  const stages = await trained(bench, golden.options[0], golden.networks.llama.initial, empty)
  const [, second, third] = stages.map(({ arrays }) => arrays[SITE].data as Float32Array)
  assert.ok(third.every(Number.isFinite))
  assert.ok(apart(third, [...second]) > 1e-3, "the third task is learnt")
})

test("each part of the loss moves the prompt", async () => {
  const bench = { network: await NETWORKS.llama(), engine: await engines.reference(), plugins: [strategy] }
  const { initial } = golden.networks.llama
  const [all] = golden.options
  const end = async (options: object) => (await trained(bench, options, initial))[2].arrays[SITE].data as Float32Array
  const own = await end(all)
  for (const without of ["language_model", "distillation"])
    assert.ok(apart(await end({ ...all, [without]: 0 }), [...own]) > 1e-4, without)
})
