/** Figures of language models: by hand on a few texts, bounds of mutual information, what it is by chance, intervals. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { expertLoad, expertShares, type Said, sharedInformation, studied } from "../../src/learning/index.ts"
import { randomStream } from "../../src/plugin/index.ts"

const weights = (...w: readonly number[]) => Int32Array.from(w)
const near = (actual: number, expected: number, within = 1e-9) =>
  assert.ok(Math.abs(actual - expected) < within, `${actual}, not ${expected}`)

/** Four texts of 1, 1, 2 and 4 predicted tokens, at one gate of two experts. */
const four = {
  predicted: Int32Array.of(1, 1, 2, 4),
  chosen: [Float32Array.of(1, 0, 0, 1, 0.5, 0.5, 0.25, 0.75)],
}

test("shares of experts count tokens, and texts as often as they are drawn", () => {
  assert.deepEqual([...expertShares(four, 0, weights(1, 1, 1, 1))], [3 / 8, 5 / 8])
  assert.deepEqual([...expertShares(four, 0, weights(2, 0, 1, 0))], [3 / 4, 1 / 4])
  near(expertLoad(four, 0, weights(1, 1, 0, 0)), 2)
  near(expertLoad(four, 0, weights(1, 0, 0, 0)), 1)
})

test("mutual information of expert and task: nothing where all tasks choose alike, log of the tasks where each has its own", () => {
  const task = Int32Array.of(0, 1, 0, 1)
  near(sharedInformation(four, 0, task, weights(1, 1, 0, 0)), Math.log(2))
  const alike = { ...four, chosen: [Float32Array.of(0.3, 0.7, 0.3, 0.7, 0.3, 0.7, 0.3, 0.7)] }
  near(sharedInformation(alike, 0, task, weights(1, 1, 1, 1)), 0, 1e-7)
  // by hand: task 0 has 3 tokens with shares 2/3, 1/3; task 1 has 5 with 1/5, 4/5
  const h = (p: number) => -p * Math.log(p) - (1 - p) * Math.log(1 - p)
  near(sharedInformation(four, 0, task, weights(1, 1, 1, 1)), h(3 / 8) - (3 / 8) * h(2 / 3) - (5 / 8) * h(1 / 5))
})

const TEXTS = 200
/** Texts whose task chooses its own of two experts with this probability. */
const said = (seed: number, own: number): Said => {
  const random = randomStream(seed, "said")
  const first = Array.from({ length: TEXTS }, (_, i) => (random.uniform() < own ? i % 2 : 1 - (i % 2)))
  const surprise = Float64Array.from({ length: TEXTS }, () => 10 * (2 + random.normal() / 4))
  return {
    parameters: 100,
    gates: [{ name: "gate", experts: 2 }],
    surprise,
    predicted: new Int32Array(TEXTS).fill(10),
    chosen: [Float32Array.from(first.flatMap((e) => [1 - e, e]))],
    pruned: [
      {
        share: 0.5,
        by: "activation",
        parameters: 60,
        experts: 1,
        threshold: 0.1,
        surprise: surprise.map((x) => 2 * x),
      },
    ],
  }
}
const texts = {
  tasks: ["even", "odd"],
  task: Int32Array.from({ length: TEXTS }, (_, i) => i % 2),
  label: Int32Array.from({ length: TEXTS }, (_, i) => i % 4),
}
const open = (purpose: string) => randomStream(0, purpose)

test("a study: perplexity, specialisation that is there and that is not, intervals that hold the values", () => {
  const models = [
    { model: "sorted", seeds: [said(1, 0.95), said(2, 0.95), said(3, 0.95)] },
    { model: "mixed", seeds: [said(4, 0.5), said(5, 0.5), said(6, 0.5)] },
  ]
  const { models: found, texts: count } = studied("both", models, texts, open)
  assert.equal(count, TEXTS)
  const [sorted, mixed] = found
  for (const { perplexity, byTask, use, pruned, gates } of found) {
    near(perplexity.value, Math.exp(2), 0.2)
    assert.ok(Math.abs(pruned[0].perplexity.value - perplexity.value ** 2) < 1)
    assert.equal(byTask.length, 2)
    assert.deepEqual(gates[0].shares.length, 2)
    for (const { value, interval } of [perplexity, ...byTask, use!.load, use!.task, use!.label, pruned[0].perplexity])
      assert.ok(interval[0] <= value && value <= interval[1] && interval[0] < interval[1], `${value} in ${interval}`)
  }
  // of two equally likely tasks: log 2 - h(0.95)
  near(sorted.use!.task.value, 0.4946, 0.08)
  assert.ok(sorted.use!.task.interval[0] > 10 * sorted.use!.task.chance)
  assert.ok(mixed.use!.task.interval[0] <= mixed.use!.task.chance)
  assert.ok(sorted.use!.label.value >= sorted.use!.task.value, "a class says no less than its task")
  assert.deepEqual(studied("both", models, texts, open).models, found)
})

test("a model without experts has a perplexity, and no use of experts", () => {
  const { gates: _, ...rest } = said(1, 1)
  const { models } = studied(
    "plain",
    [{ model: "one", seeds: [{ ...rest, gates: [], chosen: [], pruned: [] }] }],
    texts,
    open,
  )
  assert.equal(models[0].use, undefined)
  assert.equal(models[0].experts, 0)
  assert.ok(models[0].perplexity.value > 1)
})
