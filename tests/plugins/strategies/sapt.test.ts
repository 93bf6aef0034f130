/** The strategy `sapt` on streams of classes: whom reflection moves, what stays, and what is left of it without. */
import assert from "node:assert/strict"
import { test } from "node:test"
import sapt from "../../../plugins/strategies/sapt.ts"
import { encoder } from "../../../src/model/encoder.ts"
import { forwardAll } from "../../../src/model/evaluate.ts"
import type { Artifact } from "../../../src/plan/step.ts"
import {
  cosineSimilarity,
  divergenceFrom,
  nameOf,
  pool,
  program,
  Schema,
  type Strategy,
  type TokenIds,
  uniformly,
} from "../../../src/plugin/index.ts"
import { textsIn } from "../../../src/run/steps/given.ts"
import { bodyOf } from "../../../src/run/steps/training/strategy/body.ts"
import { adapterOf, arraysOf } from "../../../src/run/steps/training/strategy/module.ts"
import { strategyObjective } from "../../../src/run/steps/training/strategy/objective.ts"
import { prepare } from "../../../src/run/steps/training/strategy/prepared.ts"
import { toyBench } from "../../../src/testing/router_bench.ts"
import { trainedTo, workAt } from "../../../src/testing/strategy_stream.ts"
import type { ToyStream } from "../../../src/testing/toy_stream.ts"
import { type Bench, workOf } from "../../../src/testing/work.ts"
import { apart } from "../../model/golden.ts"

const strategy: Strategy = sapt
const optionsOf = (written: object) =>
  Schema.decodeUnknownSync(strategy.options)({ projection: 3, ...written } as never)

const stages = async (written: object = {}, own: Strategy = strategy, train: object = {}) => {
  const { bench, stream } = await toyBench(own)
  const setting = { strategy: own, options: optionsOf(written) }
  return { bench, stream, setting, models: await trainedTo(bench, setting, stream, 2, train) }
}

const gap = ({ arrays }: Artifact, other: Artifact, name: string): number =>
  apart(arrays[name].data as Float32Array, [...(other.arrays[name].data as Float32Array)])

test("keys of earlier tasks keep their bytes, the new key and the projection are learnt", async () => {
  const { models } = await stages()
  for (const k of [1, 2]) {
    for (let t = 0; t < k; t++) {
      const name = `attends/key ${t}`
      assert.deepEqual(models[k].arrays[name].data, models[k - 1].arrays[name].data, name)
    }
    assert.ok(gap(models[k], models[k - 1], "attends/W1") > 1e-3)
    assert.equal(models[k - 1].arrays[`attends/key ${k}`], undefined)
  }
})

test("reflection reads the attention alone: no module has a gradient of it", async () => {
  const { bench, stream, setting, models } = await stages()
  const { to } = await prepare(workAt(bench, setting, stream, 2, models[1]))
  let read: readonly string[] = []
  const seeing: Strategy = {
    ...strategy,
    loss: (step, options) => {
      const { weights, recorded } = step.attention!
      const loss = step.earlier.map((ofTask) => ofTask(divergenceFrom(recorded!, weights)))
      read = loss.flatMap((one) => program({ one }).parameters.map(nameOf))
      return strategy.loss!(step, options)
    },
  }
  strategyObjective({ ...to, strategy: seeing })
  const names = ["W1", "W2", "gain", "bias", "key 2"].map((name) => `attends/${name}`)
  assert.deepEqual([...new Set(read)].sort(), names.sort())
})

test("without reflection it is joint learning without a memory", async () => {
  const { replays: _, ...rest } = strategy
  const alone: Strategy = { ...rest, loss: ({ all, crossEntropy }) => all(crossEntropy()) }
  const [without, plain, reflected] = [
    await stages({ reflection: 0 }),
    await stages({}, alone),
    await stages({ reflection: 2 }),
  ]
  for (const name of Object.keys(plain.models[2].arrays)) {
    // Shares of a mean are float32; sums over a larger batch come in another order.
    assert.ok(gap(without.models[2], plain.models[2], name) < 1e-5, name)
  }
  assert.ok(gap(reflected.models[2], plain.models[2], "attends/W1") > 1e-3, "reflection moves nothing")
})

/** Weights of some texts under a model, [text][module]. */
const attentionOf = async (bench: Bench, model: Artifact, texts: readonly TokenIds[]) => {
  const adapter = await adapterOf(workOf(bench, {}, {}), model)
  const { participant, attention } = bodyOf(bench.network, adapter, { arrays: arraysOf(model) })
  encoder(bench.network, participant)
  const session = await bench.engine.compile(program({ weights: attention!() }))
  const { shape, data } = (await forwardAll({ session, texts })).weights
  return texts.map((_, i) => Array.from(data.slice(i * shape[1], (i + 1) * shape[1]) as Float32Array))
}

/** What is remembered of a task. */
const rememberedOf = ({ tokens, memories }: ToyStream, task: number): readonly TokenIds[] => {
  const all = textsIn(tokens[task], "train")
  return Array.from(memories[task].arrays.indices.data, (i) => all[Number(i)])
}

const meanOf = (rows: readonly (readonly number[])[]): readonly number[] =>
  rows[0].map((_, m) => rows.reduce((sum, row) => sum + row[m], 0) / rows.length)

test("what is recorded of a task is the mean attention of its model, and later stages keep it", async () => {
  const { bench, stream, models } = await stages()
  for (const t of [0, 1]) {
    const mean = meanOf(await attentionOf(bench, models[t], rememberedOf(stream, t)))
    const recorded = models[t + 1].arrays[`recorded/attention/${t}`].data as Float32Array
    assert.ok(apart(recorded, [...mean]) < 1e-6, `task ${t}`)
  }
  const kept = models.slice(1).map(({ arrays }) => arrays["recorded/attention/0"].data)
  assert.deepEqual(kept[1], kept[0])
})

test("reflection keeps the attention of earlier tasks nearer to what is recorded", async () => {
  const strayed = async (reflection: number): Promise<number> => {
    const { bench, stream, models } = await stages({ reflection }, strategy, { epochs: 20 })
    let divergence = 0
    for (const t of [0, 1]) {
      const recorded = models[2].arrays[`recorded/attention/${t}`].data as Float32Array
      for (const weights of await attentionOf(bench, models[2], rememberedOf(stream, t)))
        recorded.forEach((a, m) => {
          divergence += a * Math.log(a / weights[m])
        })
    }
    return divergence
  }
  const [without, reflected] = [await strayed(0), await strayed(5)]
  assert.ok(reflected < 0.5 * without, `${reflected}, without reflection ${without}`)
})

test("the attention of a text does not depend on the texts beside it", async () => {
  const { bench, stream, models } = await stages()
  const texts = textsIn(stream.tokens[1], "train")
  const all = await attentionOf(bench, models[2], texts)
  for (const [i, text] of texts.entries())
    assert.ok(apart((await attentionOf(bench, models[2], [text]))[0], [...all[i]]) < 1e-12)
})

const wrongWeights: readonly (readonly [string, NonNullable<Strategy["attends"]>["weights"], RegExp])[] = [
  [
    "one for all modules",
    ({ embeddings, p }) => cosineSimilarity(pool("mean", embeddings), p.keys),
    /gives \[1\] where 2 modules need \[2\]/,
  ],
  ["one for each token", ({ embeddings }) => embeddings, /`weights` of its attention gives/],
  ["nothing", () => undefined as never, /gives undefined where 1 module needs \[1\]/],
]
for (const [what, weights, message] of wrongWeights)
  test(`turned down: an attention that gives ${what}`, async () => {
    const { stream, bench, setting, models } = await stages()
    const attends = {
      parameters: ({ width }: { readonly width: number }) => ({ keys: uniformly([1, width], 1) }),
      weights,
    }
    const wrong: Strategy = { ...strategy, attends }
    const work = workAt({ ...bench, plugins: [wrong] }, { ...setting, strategy: wrong }, stream, 1, models[0])
    await assert.rejects(async () => strategyObjective((await prepare(work)).to), message)
  })
