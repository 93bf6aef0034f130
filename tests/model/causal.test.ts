/** The causal loss by its formula, and twenty steps of LoRA on it against transformers and peft. */
import assert from "node:assert/strict"
import { test } from "node:test"
import lora from "../../plugins/adapters/lora.ts"
import { packed } from "../../src/model/batch.ts"
import { answerFeeds, causalLoss, causalStep, IGNORED, nextTokenScores } from "../../src/model/causal.ts"
import { encoder } from "../../src/model/encoder.ts"
import { generator } from "../../src/model/generation.ts"
import { trainable } from "../../src/model/single.ts"
import { logSoftmax, nameOf, program } from "../../src/plugin/index.ts"
import curve from "../golden/causal_curve.json" with { type: "json" }
import { tinyDecoder } from "./decoders.ts"
import { engines, textsOf } from "./golden.ts"
import { sameCurve } from "./training_curve.ts"

const options = { ...curve.adapter, dropout: 0 }
const texts = textsOf(curve.ids)
const labels = textsOf(curve.labels)

for (const on of ["reference", "onnxruntime"] as const)
  test(`golden: 20 steps of LoRA on the tiny Llama, then what it generates, on ${on}`, async () => {
    const network = await tinyDecoder("llama")
    const engine = await engines[on]()
    const step = causalStep(network, lora, options)
    const feeds = (batch: readonly number[]) =>
      answerFeeds(
        batch.map((i) => texts[i]),
        batch.map((i) => labels[i]),
      )
    const learnt = await sameCurve(curve, engine, step, feeds, on === "reference" ? 1e-5 : 5e-5)
    const trained = trainable(lora, options, network.checkpoint.sites, { training: false })
    const writer = generator(engine, network, () => trained, learnt)
    const answers = await writer.greedy(textsOf(curve.prompts), { newTokens: 6, end: 2 })
    await writer.release()
    assert.deepEqual(
      answers.map((tokens) => [...tokens]),
      curve.greedy,
    )
  })

test("the loss is the mean over the tokens that count, whatever the packing", async () => {
  const network = await tinyDecoder("qwen2")
  const engine = await engines.reference()
  const ids = textsOf([
    [1, 5, 9, 4],
    [1, 7],
    [1, 8, 8, 3, 2],
  ])
  const counted = textsOf([
    [IGNORED, IGNORED, 9, 4],
    [IGNORED, IGNORED],
    [1, 8, IGNORED, 3, 2],
  ])
  const loss = await engine.compile(program({ loss: causalLoss(network) }))
  const { hidden } = encoder(network)
  const all = await engine.compile(program({ scores: logSoftmax(nextTokenScores(network, hidden)) }))
  let [sum, count] = [0, 0]
  for (const [e, text] of ids.entries()) {
    const { scores } = await all.run(packed([text]))
    for (let t = 1; t < text.length; t++) {
      const label = counted[e][t]
      if (label === IGNORED) continue
      sum -= Number(scores.data[(t - 1) * scores.shape[1] + label])
      count++
    }
  }
  assert.equal(count, 5)
  const { loss: actual } = await loss.run(answerFeeds(ids, counted))
  assert.ok(Math.abs(Number(actual.data[0]) - sum / count) < 1e-12)
})

test("labels that do not fit are refused", () => {
  const ids = textsOf([[1, 2, 3]])
  assert.throws(() => answerFeeds(ids, textsOf([[1, 2]])), /text 0 has 3 tokens and 2 labels; give one for each token/)
  assert.throws(() => answerFeeds(ids, textsOf([[1, IGNORED, IGNORED]])), /no token of the batch counts/)
})

test("full fine-tuning has a gradient for every weight that is read, the tied embeddings once", async () => {
  const network = await tinyDecoder("qwen3")
  const loss = causalLoss(network, {}, { trained: true })
  assert.deepEqual(program({ loss }).parameters.map(nameOf).sort(), Object.keys(network.checkpoint.weights).sort())
})
