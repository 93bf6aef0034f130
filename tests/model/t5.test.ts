/** T5 against transformers: token ids, states, scores of answers, and what it generates. */
import assert from "node:assert/strict"
import { test } from "node:test"
import lora from "../../plugins/adapters/lora.ts"
import { distanceBuckets } from "../../plugins/backbones/t5.ts"
import { packed } from "../../src/model/batch.ts"
import { nextTokenScores } from "../../src/model/causal.ts"
import { encoder } from "../../src/model/encoder.ts"
import { encoderDecoder } from "../../src/model/encoder_decoder.ts"
import { generator } from "../../src/model/generation.ts"
import { sequenceLoss, translationFeeds } from "../../src/model/sequence_to_sequence.ts"
import { sitesFor } from "../../src/model/single.ts"
import { nameOf, program, type TokenIds } from "../../src/plugin/index.ts"
import { run } from "../../src/testing/run_program.ts"
import golden from "../golden/tiny_t5.json" with { type: "json" }
import { tinyT5 } from "./encoder_decoders.ts"
import { apart, engines, textsOf } from "./golden.ts"

const plain = (texts: readonly TokenIds[]) => texts.map((tokens) => [...tokens])
const [texts, answers] = [textsOf(golden.ids), textsOf(golden.answers)]

test("golden: texts become token ids, and ids texts, as Hugging Face's tokenizers make them", async () => {
  const { backbone, checkpoint } = await tinyT5("first")
  assert.deepEqual(plain(backbone.tokenize(golden.texts, checkpoint)), golden.ids)
  assert.deepEqual(backbone.detokenize?.(answers, checkpoint), golden.decoded)
})

for (const { both, count, reach, of } of golden.buckets)
  test(`golden: ${count} buckets of distances up to ${reach}${both ? ", to both sides" : ""}`, () => {
    const buckets = distanceBuckets(both, count, reach)
    const cut = (distance: number) => Math.min(reach, Math.max(-reach, distance)) + reach
    assert.deepEqual(
      of.map((_, i) => buckets[cut(i - reach - 20)]),
      of,
    )
  })

for (const [name, expected] of Object.entries(golden.models))
  for (const on of ["reference", "onnxruntime"] as const) {
    const tolerance = on === "reference" ? 5e-6 : 2e-5
    test(`golden: states and scores of ${name}, packed on both sides, on ${on}`, async () => {
      const network = await tinyT5(name)
      const { text, hidden } = encoderDecoder(network)
      const outputs = { hidden: text.hidden, scores: nextTokenScores(network, hidden), loss: sequenceLoss(network) }
      const engine = await engines[on]()
      const found = await run(engine, outputs, translationFeeds(network, texts, answers))
      const sizes = answers.map(({ length }) => length)
      const mean = expected.losses.reduce((sum, loss, i) => sum + loss * sizes[i], 0) / sizes.reduce((a, b) => a + b)
      const gaps = [
        apart(found.hidden.data, expected.hidden.flat()),
        apart(found.scores.data, expected.logits.flat()),
        apart(found.loss.data, mean),
      ]
      assert.ok(Math.max(...gaps) < tolerance, `${gaps}`)
    })

    test(`golden: ${name} writes what transformers writes, on ${on}`, async () => {
      const writer = generator(await engines[on](), await tinyT5(name))
      const [newTokens, end] = [golden.new_tokens, expected.end]
      assert.deepEqual(plain(await writer.greedy(texts, { newTokens, end })), expected.greedy_end)
      assert.deepEqual(plain(await writer.beams(texts, { newTokens, end, beams: 3 })), expected.beams_3_end)
      if (on === "onnxruntime") {
        assert.deepEqual(plain(await writer.greedy(texts, { newTokens })), expected.greedy)
        const long = { newTokens, end, beams: 4, lengthPenalty: 2 }
        assert.deepEqual(plain(await writer.beams(texts, long)), expected.beams_4_long)
      }
      await writer.release()
    })
  }

test("the encoder alone has the same states, no head, and the sites of its blocks", async () => {
  const [whole, alone] = [await tinyT5("gated"), await tinyT5("gated", "encoder")]
  const engine = await engines.reference()
  const { hidden } = await run(engine, { hidden: encoder(alone).hidden }, packed(texts))
  assert.ok(apart(hidden.data, golden.models.gated.hidden.flat()) < 2e-6)
  const { sites } = whole.checkpoint
  assert.deepEqual(
    alone.checkpoint.sites,
    sites.filter(({ name }) => !name.startsWith("decoder.")),
  )
  assert.deepEqual(
    Object.keys(whole.checkpoint.weights).filter((name) => /^(decoder|head)\./.test(name) === false),
    Object.keys(alone.checkpoint.weights),
  )
})

for (const name of Object.keys(golden.models))
  test(`the sites of ${name} are those that its two stacks call, each once and with its widths`, async () => {
    const { backbone, checkpoint } = await tinyT5(name)
    const called: string[] = []
    const last = (x: { readonly shape: readonly unknown[] }) => x.shape[x.shape.length - 1]
    const blocks: number[] = []
    encoderDecoder(
      { backbone, checkpoint },
      {
        block: (layer) => {
          blocks.push(layer)
        },
        change: ({ site }, x, y) => {
          assert.deepEqual([last(x), last(y)], [site.in, site.out], site.name)
          called.push(site.name)
          return y
        },
        attend: (site, _q, y) => {
          called.push(site.name)
          return y
        },
        join: ({ site }) => void called.push(site.name),
      },
    )
    const order = (names: readonly string[]) => [...names].sort()
    assert.deepEqual(order(called), order(checkpoint.sites.map((site) => site.name)))
    assert.deepEqual(
      blocks,
      Array.from({ length: checkpoint.layers }, (_, layer) => layer),
    )
    const queries = sitesFor(lora, { targets: ["query"] }, checkpoint.sites).map((site) => site.name)
    assert.deepEqual(queries.slice(0, 4), [
      "layer.0.attention.query",
      "layer.1.attention.query",
      "decoder.layer.0.attention.query",
      "decoder.layer.0.cross_attention.query",
    ])
  })

test("full fine-tuning has a gradient for every weight", async () => {
  for (const name of Object.keys(golden.models)) {
    const network = await tinyT5(name)
    const { parameters } = program({ loss: sequenceLoss(network, {}, { trained: true }) })
    assert.deepEqual(parameters.map(nameOf).sort(), Object.keys(network.checkpoint.weights).sort())
  }
})

test("an answer without a token is refused", async () => {
  const network = await tinyT5("first")
  assert.throws(() => translationFeeds(network, texts, textsOf([[3], [], [1]])), /answer 1 has no token/)
})
