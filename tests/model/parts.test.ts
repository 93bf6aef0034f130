/** Batches in parts: every example once, parts of about the asked size, and the same gradients. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import lora from "../../plugins/adapters/lora.ts"
import { equallyLong } from "../../src/model/batch.ts"
import { encoder, headLogits } from "../../src/model/encoder.ts"
import { withGradients } from "../../src/model/gradients.ts"
import { optimise, textFeeds } from "../../src/model/optimise.ts"
import { partsOf, tokensAtOnce } from "../../src/model/parts.ts"
import { trainable } from "../../src/model/single.ts"
import { crossEntropy, input, parameter, randomStream } from "../../src/plugin/index.ts"
import { moduleArrays } from "../../src/testing/adapter.ts"
import { decoded } from "../../src/testing/plugin_options.ts"
import { toyNetwork, toyTexts } from "../../src/testing/toy_network.ts"
import { onReference } from "../tensor/run.ts"

test("texts of one length are equally long, and so are none", () => {
  const text = (length: number) => new Int32Array(length)
  for (const alike of [[], [text(3)], [text(3), text(3)]]) assert.ok(equallyLong(alike))
  assert.ok(!equallyLong([text(3), text(3), text(2)]))
})

test("parts hold every example once, texts of like length together, none much larger than asked", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 400 }), (all, tokens) => {
      const texts = all.map((length) => new Int32Array(length))
      const batch = Int32Array.from(all, (_, i) => all.length - 1 - i)
      const parts = partsOf(texts, batch, tokens)
      assert.deepEqual(
        parts.flatMap((part) => [...part]).sort((a, b) => a - b),
        all.map((_, i) => i),
      )
      const size = (part: Int32Array) => part.reduce((sum, i) => sum + all[i], 0)
      for (const part of parts) assert.ok(size(part) <= 1.5 * tokens + Math.max(...all), `${size(part)} for ${tokens}`)
      const ends = parts.map((part) => [
        Math.min(...[...part].map((i) => all[i])),
        Math.max(...[...part].map((i) => all[i])),
      ])
      if (parts.length > 1) ends.slice(1).forEach(([least], k) => assert.ok(least >= ends[k][1]))
    }),
    { seed: 20250104 },
  )
})

test("few gradients are added up, many are computed at once", () => {
  const sites = [{ out: 384 }, { out: 1536 }]
  assert.equal(tokensAtOnce(sites, new Map([["A", new Float32Array(10)]])), 512)
  assert.equal(tokensAtOnce(sites, new Map([["W", { length: 22e6 }]])), Number.POSITIVE_INFINITY)
})

test("a training in parts is the training in whole batches, up to rounding", async () => {
  const network = await toyNetwork()
  const options = decoded(lora, { rank: 2, alpha: 4 })
  const { width, sites } = network.checkpoint
  const trace = encoder(network, trainable(lora, options, sites, { training: true }))
  const logits = headLogits(trace.features, parameter("head/W", [width, 3]), parameter("head/b", [3]))
  const labelled = input("labels", ["examples"], "int", { of: "examples", layout: trace.layout })
  const texts = toyTexts(20, randomStream(1, "texts"))
  const labels = Int32Array.from(texts, (_, i) => i % 3)
  const trained = async (tokens: number) => {
    const values = new Map<string, Float32Array>([
      ...[...moduleArrays(lora, options, network, 1)].map(
        ([name, { data }]) => [name, Float32Array.from(data as Float64Array)] as const,
      ),
      ["head/W", new Float32Array(3 * width)],
      ["head/b", new Float32Array(3)],
    ])
    const program = withGradients(crossEntropy(logits, labelled), [...values.keys()])
    let runs = 0
    const compiled = await (await onReference()).compile(program)
    const losses = await optimise({
      session: {
        ...compiled,
        run: (feeds) => {
          runs++
          return compiled.run(feeds)
        },
      },
      program,
      values,
      groups: [{ names: [...values.keys()], learningRate: 1e-2, weightDecay: 0 }],
      examples: texts.length,
      feeds: (batch) => textFeeds(texts, labels, batch),
      parts: (batch) => partsOf(texts, batch, tokens),
      epochs: 2,
      batch: 10,
      schedule: "constant",
      warmUp: 0,
      order: randomStream(1, "order"),
      noise: randomStream(1, "noise"),
    })
    return { losses, values, runs }
  }
  const [whole, parted] = [await trained(Number.POSITIVE_INFINITY), await trained(12)]
  assert.ok(whole.runs === 4 && parted.runs > 8, `${parted.runs} runs`)
  const near = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).forEach((value, i) => assert.ok(Math.abs(value - b[i]) < 1e-5, `${value} and ${b[i]}`))
  near(whole.losses, parted.losses)
  for (const [name, value] of whole.values) near(value, parted.values.get(name)!)
})
