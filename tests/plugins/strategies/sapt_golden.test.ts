/** SAPT's joint training where texts are answered in words, against PyTorch, on an encoder-decoder and on a decoder: modules, keys and attention after three tasks, and what the model then writes. */
import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { test } from "node:test"
import sapt from "../../../plugins/strategies/sapt.ts"
import { answerScores, pairFeeds } from "../../../src/model/answers.ts"
import type { Network } from "../../../src/model/encoder.ts"
import { generator } from "../../../src/model/generation.ts"
import type { Artifact, StoredArray } from "../../../src/plan/step.ts"
import { argmax, type HostTensor, program, Schema, type Strategy } from "../../../src/plugin/index.ts"
import { storedTexts } from "../../../src/run/steps/given.ts"
import { isBeside } from "../../../src/run/steps/training/strategy/carried.ts"
import { sharedModule } from "../../../src/run/steps/training/strategy/module.ts"
import { prepare } from "../../../src/run/steps/training/strategy/prepared.ts"
import { type Bench, backbone, perform, workOf } from "../../../src/testing/work.ts"
import golden from "../../golden/sals.json" with { type: "json" }
import { tinyDecoder } from "../../model/decoders.ts"
import { tinyT5 } from "../../model/encoder_decoders.ts"
import { apart, DIGITS, engines, type Nested, textsOf } from "../../model/golden.ts"
import { chosen, PLAIN } from "./golden_stream.ts"

const strategy: Strategy = sapt
const NETWORKS: Readonly<Record<string, () => Promise<Network>>> = {
  t5: () => tinyT5("gated"),
  llama: () => tinyDecoder("llama"),
}
const TRAIN = { ...PLAIN, ...golden.settings, batch: 4 }
/** What is trained is held in float32, for nine updates; 5e-7 was found. */
const TOLERANCE = 5e-6

type Rows = readonly { readonly text: readonly number[]; readonly answer: readonly number[] }[]
const pairsOf = (rows: Rows): Artifact => ({
  json: { labels: ["task"] },
  arrays: {
    ...storedTexts("train", textsOf(rows.map(({ text }) => text))),
    ...storedTexts("train/answers", textsOf(rows.map(({ answer }) => answer))),
    "train/labels": { shape: [rows.length], data: new Int32Array(rows.length) },
  },
})
const tokens = golden.tasks.map(pairsOf)
/** Samples in the place of examples, as a memory that generates gives them. */
const written = golden.samples.map((rows): Artifact => {
  const { json, arrays } = pairsOf(rows)
  const samples = textsOf(rows.map(({ text, answer }) => [...text, 31, ...answer]))
  return { json, arrays: { ...arrays, ...storedTexts("train/samples", samples) } }
})

const nested = ({ shape, data }: HostTensor): Nested => {
  if (shape.length === 1) return Array.from(data, Number)
  const size = data.length / shape[0]
  return Array.from({ length: shape[0] }, (_, i) =>
    nested({ shape: shape.slice(1), data: data.slice(i * size, (i + 1) * size) as Float32Array }),
  )
}

/** What each task drew, and the model after each. */
const trained = async (bench: Bench, reflection = golden.reflection, memories: readonly Artifact[] = written) => {
  const options = Schema.decodeUnknownSync(strategy.options)({ projection: 3, reflection } as never)
  const adapter = await chosen("adapter", "lora", { rank: 2, alpha: 4, targets: ["query", "value"] })
  const starts: Record<string, Nested>[] = []
  const stages: Artifact[] = []
  for (const stage of golden.tasks.keys()) {
    const step = {
      backbone,
      strategy: { plugin: strategy.name, options },
      adapter,
      train: TRAIN,
      name: "sequential",
      stage,
      seed: 1,
      replayed: 100,
      visits: [stage],
      head: "text",
    }
    const before = stages.at(-1)
    const inputs = { tokens, previous: stages.slice(-1), memories: memories.slice(0, stage) }
    const { arrays } = (await prepare(workOf(bench, step, inputs))).start
    starts.push(
      Object.fromEntries(
        [...arrays].flatMap(([name, array]) =>
          name.startsWith("earlier/") || isBeside(name) || (name.startsWith("attends/") && before?.arrays[name])
            ? []
            : [[name, nested(array)]],
        ),
      ),
    )
    stages.push(await perform(bench, "shared", step, inputs))
  }
  return { starts, stages }
}

const benchOf = async (name: string, engine: keyof typeof engines = "reference"): Promise<Bench> => ({
  network: await NETWORKS[name](),
  engine: await engines[engine](),
  plugins: [strategy],
})

if (process.env.L2R_STARTS_OUT)
  test("draws for the script", async () => {
    const all: Record<string, unknown> = {}
    for (const name of Object.keys(NETWORKS)) all[name] = (await trained(await benchOf(name))).starts
    writeFileSync(process.env.L2R_STARTS_OUT!, JSON.stringify(all))
  })

/** What a model writes to texts, some at once. */
const answersOf = async (bench: Bench, model: Artifact, texts: readonly Int32Array[]) => {
  const shared = await sharedModule(workOf(bench, {}, {}), bench.network, model)
  const writer = generator(bench.engine, shared.network, shared.taking)
  try {
    return (await writer.greedy(texts, { newTokens: 5, end: -1 })).map((ids) => [...ids])
  } finally {
    await writer.release()
  }
}

for (const name of Object.keys(NETWORKS))
  test(`${name}: three tasks as in PyTorch, and the answers of the model`, async () => {
    const bench = await benchOf(name)
    const { starts, stages } = await trained(bench)
    const { arrays } = stages[2]
    const expected = golden.networks[name as keyof typeof golden.networks] as unknown as {
      readonly starts: readonly Readonly<Record<string, Nested>>[]
      readonly final: readonly Readonly<Record<string, Nested>>[]
      readonly attention: readonly Nested[]
      readonly answers: readonly (readonly number[])[]
    }
    const near = (what: string, array: StoredArray | undefined, value: Nested, tolerance = TOLERANCE) => {
      const gap = apart((array?.data ?? []) as Float32Array, value)
      assert.ok(gap < tolerance, `${what}: ${gap}`)
    }
    for (const [t, start] of expected.starts.entries())
      for (const [one, value] of Object.entries(start))
        assert.ok(
          apart([starts[t][one]].flat(9) as number[], value) < DIGITS,
          `the start of ${one} of task ${t} is another: write the fixture anew`,
        )
    for (const [t, own] of expected.final.entries())
      for (const [one, value] of Object.entries(own))
        near(`${one} of task ${t}`, arrays[t < 2 && !one.startsWith("attends/") ? `earlier/${t}/${one}` : one], value)
    for (const [t, value] of expected.attention.entries())
      near(`the attention of task ${t}`, arrays[`recorded/attention/${t}`], value)
    const texts = textsOf(golden.tested)
    assert.deepEqual(await answersOf(bench, stages[2], texts), expected.answers)
    for (const [i, text] of texts.entries())
      assert.deepEqual(await answersOf(bench, stages[2], [text]), [expected.answers[i]], "alone")
  })

/** What a model has at each token of given answers, the likeliest next one, with nothing kept of earlier tokens. */
const likeliest = async (bench: Bench, model: Artifact, texts: readonly Int32Array[], answers: readonly number[][]) => {
  const { network, participant } = await sharedModule(workOf(bench, {}, {}), bench.network, model)
  const best = argmax(answerScores(network, participant).scores)
  const session = await bench.engine.compile(program({ best }))
  const feeds = pairFeeds(network, texts, textsOf(answers))
  return Array.from((await session.run(feeds)).best.data, Number)
}

for (const name of Object.keys(NETWORKS))
  test(`${name}: while an answer is written the attention is that of its text`, async () => {
    const bench = await benchOf(name)
    const { stages } = await trained(bench)
    const strong = ([key, { shape, data }]: readonly [string, StoredArray]) => {
      const factor = /\/B$/.test(key) ? 40 : /\/key \d$/.test(key) ? 8 : 1
      return [key, { shape, data: (data as Float32Array).map((x) => factor * x) }] as const
    }
    const model = { ...stages[2], arrays: Object.fromEntries(Object.entries(stages[2].arrays).map(strong)) }
    const texts = textsOf(golden.tested)
    const written = await answersOf(bench, model, texts)
    assert.deepEqual(await likeliest(bench, model, texts, written), written.flat())
    assert.notDeepEqual(written, await answersOf(bench, stages[2], texts), "modules have no part in what is written")
  })

/** Largest difference of what two models hold under names that match. */
const between = (one: Artifact, other: Artifact, names: RegExp): number =>
  Math.max(
    ...Object.entries(one.arrays).map(([name, { data }]) =>
      names.test(name) ? apart(data as Float32Array, [...(other.arrays[name].data as Float32Array)]) : 0,
    ),
  )

test("without reflection what is remembered changes nothing; with it the attention is another", async () => {
  const bench = await benchOf("llama")
  const others = written.toReversed()
  const after = async (reflection: number, memories: readonly Artifact[]) =>
    (await trained(bench, reflection, memories)).stages
  const [plain, same] = [await after(0, written), await after(0, others)]
  assert.equal(between(plain[2], same[2], /^(attends|layer|earlier)\//), 0)
  const reflected = await after(golden.reflection, written)
  assert.ok(between(reflected[2], plain[2], /^attends\/(W1|key 2)/) > 1e-3, "reflection moves no attention")
})
