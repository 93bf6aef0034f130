/** What decoders generate: as transformers does, and as computing every token anew would. */
import assert from "node:assert/strict"
import { test } from "node:test"
import bottleneck from "../../plugins/adapters/bottleneck.ts"
import lora from "../../plugins/adapters/lora.ts"
import prefix from "../../plugins/adapters/prefix.ts"
import { packed } from "../../src/model/batch.ts"
import { nextTokenScores } from "../../src/model/causal.ts"
import { encoder, type Network } from "../../src/model/encoder.ts"
import { generator } from "../../src/model/generation.ts"
import { advancing, generationStep } from "../../src/model/generation_step.ts"
import { drawn } from "../../src/model/initial.ts"
import { KeyValueCache } from "../../src/model/key_value_cache.ts"
import { initialsFor, trainable } from "../../src/model/single.ts"
import { type Adapter, logSoftmax, nameOf, pool, program, randomStream, type TokenIds } from "../../src/plugin/index.ts"
import golden from "../golden/generation.json" with { type: "json" }
import storied from "../golden/stories260k.json" with { type: "json" }
import { noStories, stories, tinyDecoder } from "./decoders.ts"
import { engines, textsOf } from "./golden.ts"

const plain = (texts: readonly TokenIds[]) => texts.map((tokens) => [...tokens])

for (const [name, expected] of Object.entries(golden.models))
  for (const on of ["reference", "onnxruntime"] as const)
    test(`golden: the tiny ${name} generates what transformers generates, on ${on}`, async () => {
      const writer = generator(await engines[on](), await tinyDecoder(name))
      const prompts = textsOf(golden.prompts)
      const { end } = expected
      const newTokens = golden.new_tokens
      assert.deepEqual(plain(await writer.greedy(prompts, { newTokens, end })), expected.greedy_end)
      const beams = async (options: { beams: number; lengthPenalty?: number; end?: number }) =>
        plain(await writer.beams(prompts, { newTokens, ...options }))
      assert.deepEqual(await beams({ beams: 3, end }), expected.beams_3_end)
      if (on === "reference") return
      assert.deepEqual(plain(await writer.greedy(prompts, { newTokens })), expected.greedy)
      assert.deepEqual(await beams({ beams: 3 }), expected.beams_3)
      assert.deepEqual(await beams({ beams: 4, end, lengthPenalty: 2 }), expected.beams_4_long_end)
      assert.deepEqual(await beams({ beams: 4, end, lengthPenalty: -0.5 }), expected.beams_4_short_end)
      assert.deepEqual(await beams({ beams: 1 }), expected.greedy)
      await writer.release()
    })

for (const { model, prompt, tokens, new_tokens: newTokens, length_penalty: lengthPenalty, ...rest } of golden.stopping)
  test(`golden: a search with the tiny ${model} ends where transformers ends it`, async () => {
    const writer = generator(await engines.onnxruntime(), await tinyDecoder(model))
    const found = await writer.beams(textsOf([prompt]), { newTokens, lengthPenalty, ...rest })
    await writer.release()
    assert.deepEqual(plain(found), [tokens])
  })

test("golden: stories260k goes on with a story as transformers does", { skip: noStories }, async () => {
  const writer = generator(await engines.onnxruntime(), await stories())
  const prompts = textsOf(storied.ids)
  assert.deepEqual(plain(await writer.greedy(prompts, { newTokens: 40, end: 2 })), storied.greedy)
  assert.deepEqual(plain(await writer.beams(prompts, { newTokens: 40, end: 2, beams: 4 })), storied.beams)
  await writer.release()
})

/** An adapter whose values are drawn so that it changes what is generated. */
const attached = (network: Network, adapter: Adapter, options: unknown) => {
  const { sites } = network.checkpoint
  const random = randomStream(5, adapter.name)
  const feeds = Object.fromEntries(
    [...initialsFor(adapter, options, sites)].map(([name, initial]) => [
      name,
      drawn({ shape: initial.shape, draw: "normal", deviation: 0.5 }, random),
    ]),
  )
  return { participant: trainable(adapter, options, sites, { training: false }), feeds }
}

const low = { rank: 2, alpha: 4, dropout: 0, targets: ["query", "key", "value", "gate", "output"] }
const ways: readonly (readonly [string, string, (network: Network) => ReturnType<typeof attached>])[] = [
  ["alone", "llama", () => ({ participant: {}, feeds: {} })],
  ["in windows", "mistral", () => ({ participant: {}, feeds: {} })],
  ["with LoRA", "qwen3", (network) => attached(network, lora, low)],
  [
    "with a bottleneck, in windows",
    "mistral",
    (network) => attached(network, bottleneck, { reduction: 4, activation: "gelu", place: "parallel", scale: 1 }),
  ],
  ["with a prefix", "qwen2", (network) => attached(network, prefix, { length: 2, hidden: 0 })],
]

for (const [what, name, make] of ways)
  for (const on of ["reference", "onnxruntime"] as const)
    test(`a step by kept keys and values gives what the whole text gives: ${name} ${what}, on ${on}`, async () => {
      const network = await tinyDecoder(name)
      const { participant, feeds } = make(network)
      const engine = await engines[on]()
      const step = generationStep(network, participant, "likelihoods")
      assert.deepEqual(step.program.parameters.map(nameOf).sort(), Object.keys(feeds).sort())
      assert.equal(Object.keys(feeds).length > 0, what.startsWith("with"))
      const advance = advancing(await engine.compile(step.program), feeds)
      const { hidden } = encoder(network, participant)
      const likelihoods = logSoftmax(nextTokenScores(network, pool("last", hidden)))
      const anew = await engine.compile(program({ likelihoods }))
      const cache = new KeyValueCache(step.cached, step.windows, golden.prompts.length)
      const random = randomStream(3, what)
      let next = textsOf(golden.prompts)
      let whole = golden.prompts
      for (let n = 0; n < 8; n++) {
        const kept = await advance(cache, next)
        const { likelihoods: all } = await anew.run({ ...feeds, ...packed(textsOf(whole)) })
        assert.deepEqual(kept.shape, all.shape)
        const gaps = Array.from(all.data as Float32Array, (value, i) => Math.abs(value - Number(kept.data[i])))
        assert.ok(Math.max(...gaps) < (on === "reference" ? 1e-6 : 2e-5), `step ${n}: ${Math.max(...gaps)}`)
        const origins = n % 3 === 2 ? [1, 0, 2, 2].slice(0, 5 - Math.ceil(n / 3)) : whole.map((_, e) => e)
        cache.keep(origins)
        next = origins.map(() => Int32Array.of(3 + random.below(29)))
        whole = origins.map((origin, e) => [...whole[origin], next[e][0]])
      }
    })
