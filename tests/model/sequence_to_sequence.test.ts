/** Answers to texts: twenty steps of LoRA on T5 against transformers and peft; writing by kept values, with what takes part. */
import assert from "node:assert/strict"
import { test } from "node:test"
import bottleneck from "../../plugins/adapters/bottleneck.ts"
import lora from "../../plugins/adapters/lora.ts"
import prefix from "../../plugins/adapters/prefix.ts"
import { packed } from "../../src/model/batch.ts"
import { nextTokenScores } from "../../src/model/causal.ts"
import type { Network } from "../../src/model/encoder.ts"
import { encoderDecoder, packedAnswers } from "../../src/model/encoder_decoder.ts"
import { generator } from "../../src/model/generation.ts"
import { advancing, generationStep, type Taking } from "../../src/model/generation_step.ts"
import { drawn } from "../../src/model/initial.ts"
import { noting } from "../../src/model/kept.ts"
import { KeyValueCache } from "../../src/model/key_value_cache.ts"
import { routed } from "../../src/model/routed.ts"
import { sequenceStep, translationFeeds } from "../../src/model/sequence_to_sequence.ts"
import { initialsFor, trainable } from "../../src/model/single.ts"
import {
  type Adapter,
  argmax,
  defineRouter,
  logSoftmax,
  matmul,
  NoOptions,
  packedLayout,
  parameter,
  pool,
  program,
  randomStream,
  softmax,
  type Tensor,
  type TokenIds,
} from "../../src/plugin/index.ts"
import { moduleWith } from "../../src/testing/adapter.ts"
import { run } from "../../src/testing/run_program.ts"
import curve from "../golden/t5_curve.json" with { type: "json" }
import golden from "../golden/tiny_t5.json" with { type: "json" }
import { tinyT5 } from "./encoder_decoders.ts"
import { engines, textsOf } from "./golden.ts"
import { sameCurve } from "./training_curve.ts"

const plain = (texts: readonly TokenIds[]) => texts.map((tokens) => [...tokens])
const prompts = textsOf(golden.ids)
const START = 0

for (const on of ["reference", "onnxruntime"] as const)
  test(`golden: 20 steps of LoRA on both stacks of the tiny T5, then what it writes, on ${on}`, async () => {
    const network = await tinyT5("gated")
    const engine = await engines[on]()
    const options = { ...curve.adapter, dropout: 0 }
    const [texts, answers] = [textsOf(curve.ids), textsOf(curve.answers)]
    const feeds = (batch: readonly number[]) =>
      translationFeeds(
        network,
        batch.map((i) => texts[i]),
        batch.map((i) => answers[i]),
      )
    const step = sequenceStep(network, lora, options)
    const learnt = await sameCurve(curve, engine, step, feeds, on === "reference" ? 1e-5 : 1e-4)
    const trained = trainable(lora, options, network.checkpoint.sites, { training: false })
    const writer = generator(engine, network, () => trained, learnt)
    assert.deepEqual(plain(await writer.greedy(texts, { newTokens: 6, end: 1 })), curve.greedy)
    assert.deepEqual(plain(await writer.beams(texts, { newTokens: 6, end: 1, beams: 3 })), curve.beams_3)
    await writer.release()
  })

/** An adapter whose values are drawn so that it changes what is written. */
const attached = (network: Network, adapter: Adapter, options: unknown) => {
  const { sites } = network.checkpoint
  const random = randomStream(5, adapter.name)
  const feeds = Object.fromEntries(
    [...initialsFor(adapter, options, sites)].map(([name, { shape }]) => [
      name,
      drawn({ shape, draw: "normal", deviation: 0.5 }, random),
    ]),
  )
  return { participant: trainable(adapter, options, sites, { training: false }), feeds }
}

const low = { rank: 2, alpha: 4, dropout: 0, targets: ["query", "key", "value", "intermediate", "output"] }
const ways: readonly (readonly [string, (network: Network) => ReturnType<typeof attached>])[] = [
  ["LoRA", (network) => attached(network, lora, low)],
  [
    "a bottleneck",
    (network) =>
      attached(network, bottleneck, {
        reduction: 4,
        width: "reduced",
        activation: "gelu",
        place: "parallel",
        scale: 1,
      }),
  ],
  ["a prefix", (network) => attached(network, prefix, { length: 2, hidden: 0 })],
]

for (const [what, make] of ways)
  test(`a step by what was kept gives what text and answer give anew: with ${what}`, async () => {
    const network = await tinyT5("first")
    const { participant, feeds } = make(network)
    const engine = await engines.reference()
    const first = generationStep(network, () => participant, "likelihoods")
    const further = generationStep(network, () => participant, "likelihoods", first)
    assert.ok(further.program.inputs.every(({ attributes }) => attributes.name !== "ids"))
    const sessions = { prompt: await engine.compile(first.program), later: await engine.compile(further.program) }
    const advance = advancing(sessions, feeds, START)
    const { hidden } = encoderDecoder(network, participant)
    const likelihoods = logSoftmax(nextTokenScores(network, pool("last", hidden)))
    const anew = await engine.compile(program({ likelihoods }))
    const cache = new KeyValueCache(first, prompts.length)
    const random = randomStream(3, what)
    let [next, texts] = [prompts, prompts]
    let answers: readonly (readonly number[])[] = prompts.map(() => [START])
    for (let n = 0; n < 20; n++) {
      const kept = await advance(cache, next)
      const { likelihoods: all } = await anew.run({ ...feeds, ...packed(texts), ...packedAnswers(textsOf(answers)) })
      assert.deepEqual(kept.shape, all.shape)
      const gaps = Array.from(all.data as Float32Array, (value, i) => Math.abs(value - Number(kept.data[i])))
      assert.ok(Math.max(...gaps) < 1e-6, `step ${n}: ${Math.max(...gaps)}`)
      const origins = n % 7 === 2 ? [1, 0, 1] : answers.map((_, e) => e)
      cache.keep(origins)
      next = origins.map(() => Int32Array.of(3 + random.below(30)))
      texts = origins.map((origin) => texts[origin])
      answers = origins.map((origin, e) => [...answers[origin], next[e][0]])
    }
  })

/** A router whose gates come from the whole text, and one whose gates each token has for itself. */
const routers = (["example", "token"] as const).map((granularity) =>
  defineRouter({
    name: granularity,
    summary: "gates by a matrix",
    options: NoOptions,
    routing: () => ({ query: "block", level: "layer", granularity, aggregate: "outputs" }),
    gates: (h, { W }) => softmax(matmul(granularity === "example" ? pool("mean", h) : h, W)),
  }),
)

for (const router of routers)
  test(`a routed library writes under gates of each ${router.name}`, async () => {
    const network = await tinyT5("gated")
    const { sites, width } = network.checkpoint
    const library = [1, 2].map((seed) => moduleWith(lora, low, network, seed))
    const W = parameter("W", [width, 2])
    const feeds = { W: drawn({ shape: [width, 2], draw: "normal", deviation: 2 }, randomStream(8)) }
    const taking: Taking = (layout, keep) =>
      routed({ router, options: {}, library, sites }, width, layout, () => ({ W }), { training: false }, keep)
        .participant
    const engine = await engines.reference()
    const writer = generator(engine, network, taking, feeds)
    const written = await writer.greedy(prompts, { newTokens: 8 })
    assert.deepEqual(plain(await writer.beams(prompts, { newTokens: 8, beams: 1 })), plain(written))
    await writer.release()

    // Anew: text and answer at each step, whose gates never read the answer where they are those of the example.
    const layout = packedLayout()
    const gates = new Map<string, Tensor>()
    const { hidden } = encoderDecoder(network, taking(layout, noting(gates)), false, layout)
    assert.equal(gates.size, router.name === "example" ? 3 : 0)
    const best = await engine.compile(program({ best: argmax(nextTokenScores(network, pool("last", hidden))) }))
    let answers = prompts.map(() => [START])
    for (let n = 0; n < 8; n++) {
      const { best: next } = await best.run({ ...feeds, ...packed(prompts), ...packedAnswers(textsOf(answers)) })
      answers = answers.map((tokens, e) => [...tokens, Number(next.data[e])])
    }
    assert.deepEqual(
      plain(written),
      answers.map((tokens) => tokens.slice(1)),
    )
    const found = await run(engine, Object.fromEntries(gates), { ...feeds, ...packed(prompts) })
    assert.equal(Object.keys(found).length, gates.size)
    const alone = generator(engine, network)
    assert.notDeepEqual(plain(await alone.greedy(prompts, { newTokens: 8 })), plain(written))
  })

test("gates of an example that would read its answer are refused", async () => {
  const network = await tinyT5("gated")
  const { sites, width } = network.checkpoint
  const library = [1, 2].map((seed) => moduleWith(lora, low, network, seed))
  const bySite = { query: "site", level: "site", granularity: "example", aggregate: "outputs" } as const
  const router = { ...routers[0], routing: () => bySite }
  const taking: Taking = (layout, keep) =>
    routed({ router, options: {}, library, sites }, width, layout, unit, { training: false }, keep).participant
  const layout = packedLayout()
  const unit = (name: string) => ({ W: parameter(`W of ${name}`, [sites.find((one) => one.name === name)!.in, 2]) })
  assert.throws(
    () => encoderDecoder(network, taking(layout, noting(new Map())), false, layout),
    /gate an example by what enters decoder\.layer\.0\.attention\.query, where its answer is still being written/,
  )
})
