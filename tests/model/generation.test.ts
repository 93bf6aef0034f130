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
import { advancing, generationStep, type Taking } from "../../src/model/generation_step.ts"
import { drawn } from "../../src/model/initial.ts"
import { fed, noting } from "../../src/model/kept.ts"
import { KeyValueCache } from "../../src/model/key_value_cache.ts"
import { routed } from "../../src/model/routed.ts"
import { frozen, initialsFor, trainable } from "../../src/model/single.ts"
import {
  type Adapter,
  argmax,
  defineRouter,
  logSoftmax,
  matmul,
  NoOptions,
  nameOf,
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
  const network = await stories()
  const written = await writer.greedy(prompts, { newTokens: 40, end: 2 })
  assert.deepEqual(plain(written), storied.greedy)
  assert.deepEqual(network.backbone.detokenize?.(written, network.checkpoint), storied.continuations)
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
    (network) =>
      attached(network, bottleneck, {
        reduction: 4,
        width: "reduced",
        activation: "gelu",
        place: "parallel",
        scale: 1,
      }),
  ],
  ["with a prefix", "qwen2", (network) => attached(network, prefix, { length: 2, hidden: 0 })],
]

for (const [what, name, make] of ways)
  for (const on of ["reference", "onnxruntime"] as const)
    test(`a step by kept keys and values gives what the whole text gives: ${name} ${what}, on ${on}`, async () => {
      const network = await tinyDecoder(name)
      const { participant, feeds } = make(network)
      const engine = await engines[on]()
      const step = generationStep(network, () => participant, "likelihoods")
      assert.deepEqual(step.program.parameters.map(nameOf).sort(), Object.keys(feeds).sort())
      assert.equal(Object.keys(feeds).length > 0, what.startsWith("with"))
      const session = await engine.compile(step.program)
      const advance = advancing({ prompt: session, later: session }, feeds)
      const { hidden } = encoder(network, participant)
      const likelihoods = logSoftmax(nextTokenScores(network, pool("last", hidden)))
      const anew = await engine.compile(program({ likelihoods }))
      const cache = new KeyValueCache(step, golden.prompts.length)
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

/** A router whose gates come from the whole prompt, and one whose gates each token has for itself. */
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
  test(`a routed library generates under gates of each ${router.name}`, async () => {
    const network = await tinyDecoder("llama")
    const { sites, width } = network.checkpoint
    const library = [1, 2].map((seed) => moduleWith(lora, low, network, seed))
    const W = parameter("W", [width, 2])
    const feeds = { W: drawn({ shape: [width, 2], draw: "normal", deviation: 2 }, randomStream(8)) }
    const taking: Taking = (layout, keep) =>
      routed({ router, options: {}, library, sites }, width, layout, () => ({ W }), { training: false }, keep)
        .participant
    const engine = await engines.reference()
    const prompts = textsOf(golden.prompts)
    const writer = generator(engine, network, taking, feeds)
    const written = await writer.greedy(prompts, { newTokens: 8 })
    const searched = await writer.beams(prompts, { newTokens: 8, beams: 1 })
    await writer.release()
    assert.deepEqual(plain(searched), plain(written))

    // Anew: the whole text at each step, under the gates that its prompt has.
    const gates = new Map<string, Tensor>()
    const [first, whole] = [packedLayout(), packedLayout()]
    encoder(network, taking(first, noting(gates)), false, first)
    assert.equal(gates.size, router.name === "example" ? 2 : 0)
    const found = await run(engine, Object.fromEntries(gates), { ...feeds, ...packed(prompts) })
    const { hidden } = encoder(network, taking(whole, fed([...gates.keys()], whole)), false, whole)
    const best = await engine.compile(program({ best: argmax(nextTokenScores(network, pool("last", hidden))) }))
    let texts = golden.prompts
    for (let n = 0; n < 8; n++) {
      const { best: next } = await best.run({ ...feeds, ...found, ...packed(textsOf(texts)) })
      texts = texts.map((tokens, e) => [...tokens, Number(next.data[e])])
    }
    assert.deepEqual(
      plain(written),
      texts.map((tokens, e) => tokens.slice(golden.prompts[e].length)),
    )
    const alone = generator(engine, network)
    assert.notDeepEqual(plain(await alone.greedy(prompts, { newTokens: 8 })), plain(written))
  })

test("prefixes averaged for each token are refused, with what to do", async () => {
  const network = await tinyDecoder("llama")
  const { sites, width } = network.checkpoint
  const library = [1, 2].map((seed) => moduleWith(prefix, { length: 2, hidden: 0 }, network, seed))
  const W = parameter("W", [width, 2])
  const router = { ...routers[1], routing: () => ({ ...routers[1].routing({}), aggregate: "parameters" as const }) }
  const taking: Taking = (layout) =>
    routed({ router, options: {}, library, sites }, width, layout, () => ({ W }), { training: false }).participant
  assert.throws(() => generationStep(network, taking, "best"), /gate whole examples/)
})

test("values that are given for each prompt follow it through the search", async () => {
  const network = await tinyDecoder("qwen3")
  const { sites, width } = network.checkpoint
  const library = [1, 2].map((seed) => moduleWith(lora, low, network, seed))
  const told = defineRouter({
    name: "told",
    summary: "gates from outside",
    options: NoOptions,
    routing: () => ({ query: "task", level: "model", granularity: "example", aggregate: "outputs" }),
    gates: (query) => query,
  })
  const taking: Taking = (layout, keep) =>
    routed({ router: told, options: {}, library, sites }, width, layout, () => ({}), { training: false }, keep)
      .participant
  const engine = await engines.onnxruntime()
  const writer = generator(engine, network, taking)
  const prompts = textsOf([...golden.prompts, ...golden.prompts])
  const query = { shape: [8, 2], data: Float32Array.from(prompts.flatMap((_, e) => (e < 4 ? [1, 0] : [0, 1]))) }
  const options = { newTokens: 8, beams: 3, end: 5 }
  const written = await writer.beams(prompts, options, { query })
  const apiece = await Promise.all(
    library.map((module) => generator(engine, network, () => frozen(module)).beams(textsOf(golden.prompts), options)),
  )
  assert.deepEqual(plain(written), plain(apiece.flat()))
  assert.notDeepEqual(plain(apiece[0]), plain(apiece[1]))
})
