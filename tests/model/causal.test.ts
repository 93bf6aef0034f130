/** The causal loss by its formula, and twenty steps of LoRA on it against transformers and peft. */
import assert from "node:assert/strict"
import { test } from "node:test"
import lora from "../../plugins/adapters/lora.ts"
import { packed } from "../../src/model/batch.ts"
import { answerFeeds, causalLoss, causalStep, IGNORED, nextTokenScores } from "../../src/model/causal.ts"
import { encoder } from "../../src/model/encoder.ts"
import { generator } from "../../src/model/generation.ts"
import { optimise, parameterFeeds } from "../../src/model/optimise.ts"
import { trainable } from "../../src/model/single.ts"
import { logSoftmax, nameOf, program, randomStream } from "../../src/plugin/index.ts"
import curve from "../golden/causal_curve.json" with { type: "json" }
import { tinyDecoder } from "./decoders.ts"
import { apart, engines, flat, type Nested, textsOf } from "./golden.ts"

const options = { ...curve.adapter, dropout: 0 }
const texts = textsOf(curve.ids)
const labels = textsOf(curve.labels)

type Values = Readonly<Record<string, Readonly<Record<string, Nested>>>>
const named = (values: Values): ReadonlyMap<string, Nested> =>
  new Map(
    Object.entries(values).flatMap(([site, parameters]) =>
      Object.entries(parameters).map(([name, value]) => [`${site}/${name}`, value] as const),
    ),
  )

for (const on of ["reference", "onnxruntime"] as const)
  test(`golden: 20 steps of LoRA on the tiny Llama, then what it generates, on ${on}`, async () => {
    const network = await tinyDecoder("llama")
    const engine = await engines[on]()
    const step = causalStep(network, lora, options)
    const values = new Map([...named(curve.initial)].map(([name, value]) => [name, Float32Array.from(flat(value))]))
    assert.deepEqual(step.parameters.map(nameOf).sort(), [...values.keys()].sort())
    const session = await engine.compile(step)
    const feeds = (batch: readonly number[] | Int32Array) =>
      answerFeeds(
        Array.from(batch, (i) => texts[i]),
        Array.from(batch, (i) => labels[i]),
      )
    const first = await session.run({ ...feeds(curve.batches[0]), ...parameterFeeds(step, values) })
    const tolerance = on === "reference" ? 1e-5 : 5e-5
    for (const [name, gradient] of named(curve.first_gradients)) {
      const gap = apart(first[`gradient/${name}`].data as Float32Array, gradient)
      assert.ok(gap < tolerance, `first gradient of ${name}: ${gap}`)
    }
    const perEpoch = texts.length / curve.batches[0].length
    let epoch = 0
    const losses = await optimise({
      session,
      program: step,
      values,
      groups: [
        {
          names: [...values.keys()],
          learningRate: curve.settings.learning_rate,
          weightDecay: curve.settings.weight_decay,
        },
      ],
      examples: texts.length,
      feeds,
      epochs: curve.settings.steps / perEpoch,
      batch: curve.batches[0].length,
      schedule: "linear",
      warmUp: 0,
      order: {
        ...randomStream(0),
        shuffle: <T>(items: readonly T[]): T[] =>
          curve.batches.slice(epoch * perEpoch, ++epoch * perEpoch).flatMap((batch) => batch.map((i) => items[i])),
      },
      noise: randomStream(0),
    })
    await session.release()
    assert.ok(apart(losses, curve.losses) < 5 * tolerance, `losses: ${apart(losses, curve.losses)}`)
    for (const [name, value] of named(curve.final)) {
      const gap = apart(values.get(name) as Float32Array, value)
      assert.ok(gap < 10 * tolerance, `final value of ${name}: ${gap}`)
    }
    const trained = trainable(lora, options, network.checkpoint.sites, { training: false })
    const writer = generator(engine, network, () => trained, parameterFeeds(step, values))
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
  const loss = causalLoss(network, {}, true)
  assert.deepEqual(program({ loss }).parameters.map(nameOf).sort(), Object.keys(network.checkpoint.weights).sort())
})
