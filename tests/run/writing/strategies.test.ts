/** Strategies where texts are answered in words: what stands for an example is a token of an answer, and replay, projections and penalties work as with classes. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { answerLoss, pairFeeds } from "../../../src/model/answers.ts"
import { trainable } from "../../../src/model/single.ts"
import type { Artifact, StoredArray } from "../../../src/plan/step.ts"
import {
  type Adapter,
  add,
  defineStrategy,
  NoOptions,
  program,
  randomStream,
  Schema,
  type Strategy,
  scale,
} from "../../../src/plugin/index.ts"
import { loadPlugin } from "../../../src/plugin/load.ts"
import { storedTexts } from "../../../src/run/steps/given.ts"
import { strategyObjective } from "../../../src/run/steps/training/strategy/objective.ts"
import { prepare } from "../../../src/run/steps/training/strategy/prepared.ts"
import { gap } from "../../../src/testing/nearness.ts"
import { TRAIN } from "../../../src/testing/strategy_stream.ts"
import { backbone, perform, workOf } from "../../../src/testing/work.ts"
import { tinyDecoder } from "../../model/decoders.ts"
import { tinyT5 } from "../../model/encoder_decoders.ts"
import { engines } from "../../model/golden.ts"

const networks = { "the tiny Llama": () => tinyDecoder("llama"), "the tiny T5": () => tinyT5("gated") }
const LORA = { plugin: "lora", options: { rank: 2, alpha: 4, dropout: 0, targets: ["query", "value"] } }
const whole = (values: readonly number[]): StoredArray => ({ shape: [values.length], data: Int32Array.from(values) })

/** Texts of 2 to 5 tokens, answers of 1 to 4. */
const pairs = (seed: number) => {
  const random = randomStream(seed, "pairs")
  const text = (least: number) => Int32Array.from({ length: least + random.below(4) }, () => 3 + random.below(20))
  return { texts: Array.from({ length: 6 }, () => text(2)), answers: Array.from({ length: 6 }, () => text(1)) }
}
const taskOf = ({ texts, answers }: ReturnType<typeof pairs>): Artifact => ({
  json: { labels: ["answer"] },
  arrays: {
    ...storedTexts("train", texts),
    ...storedTexts("train/answers", answers),
    "train/labels": whole(texts.map(() => 0)),
  },
})
const tasks = [pairs(1), pairs(2)]
const memories: readonly Artifact[] = [{ json: {}, arrays: { indices: whole([1, 4]) } }]

const asked = (strategy: Strategy, stage: number) => ({
  backbone,
  strategy: { plugin: strategy.name, options: Schema.decodeUnknownSync(strategy.options)({} as never) },
  adapter: LORA,
  train: TRAIN,
  name: "sequential",
  stage,
  seed: 1,
  replayed: 2,
  visits: [stage],
  head: "text",
})

for (const [name, load] of Object.entries(networks)) {
  const benchOf = async (...plugins: readonly Strategy[]) => ({
    network: await load(),
    engine: await engines.reference(),
    plugins,
  })
  const trained = async (strategy: Strategy, tokens: readonly Artifact[]): Promise<Artifact> => {
    const bench = await benchOf(strategy)
    const first = await perform(bench, "shared", asked(strategy, 0), { tokens, previous: [] })
    return perform(bench, "shared", asked(strategy, 1), { tokens, previous: [first], memories })
  }

  test(`${name}: means over the newest and the replayed answers are those over the tokens of each`, async () => {
    const weighed = defineStrategy({
      name: "weighed",
      summary: "thrice the loss of what is replayed",
      options: NoOptions,
      trains: "adapter",
      visits: "one_by_one",
      replays: () => ({ draws: 1 }),
      loss: ({ crossEntropy, newest, replayed }) =>
        replayed.map((mean) => scale(mean(crossEntropy()), 3)).reduce(add, newest(crossEntropy())),
    })
    const bench = await benchOf(weighed)
    const tokens = tasks.map(taskOf)
    const previous = [await perform(bench, "shared", asked(weighed, 0), { tokens, previous: [] })]
    const { to } = await prepare(workOf(bench, asked(weighed, 1), { tokens, previous, memories }))
    const { loss, feeds, fewShapes } = strategyObjective(to)
    assert.equal(fewShapes, false) // the answers are not equally long
    const parameters = Object.fromEntries(to.start)
    const items = Int32Array.of(0, 3, 6, 7)
    const together = await (await bench.engine.compile(program({ loss }))).run({
      ...feeds(items, items),
      ...parameters,
    })
    const lora = (await loadPlugin("adapter", "lora")) as Adapter
    const taking = trainable(lora, LORA.options, bench.network.checkpoint.sites, { training: false }, to.start)
    const alone = await bench.engine.compile(program({ loss: answerLoss(bench.network, taking) }))
    const lossOf = async ({ texts, answers }: ReturnType<typeof pairs>, places: readonly number[]) => {
      const of = <One>(all: readonly One[]) => places.map((i) => all[i])
      const found = await alone.run({ ...pairFeeds(bench.network, of(texts), of(answers)), ...parameters })
      return Number(found.loss.data[0])
    }
    const expected = (await lossOf(tasks[1], [0, 3])) + 3 * (await lossOf(tasks[0], [1, 4]))
    const found = Number(together.loss.data[0])
    // The shares are float32.
    assert.ok(Math.abs(found - expected) < 1e-6 * expected, `${found} and ${expected}`)
  })

  test(`${name}: er, a_gem and ewc train on answers, the first two on those that are remembered too`, async () => {
    const tokens = tasks.map(taskOf)
    const plain = await trained((await loadPlugin("strategy", "sequential")) as Strategy, tokens)
    const other = { ...tasks[0], answers: tasks[0].answers.map((own, i) => (i === 4 ? own.map((id) => id + 1) : own)) }
    for (const plugin of ["er", "a_gem", "ewc"]) {
      const strategy = (await loadPlugin("strategy", plugin)) as Strategy
      const found = await trained(strategy, tokens)
      const moved = ({ arrays }: Artifact, from: Artifact) =>
        Math.max(...Object.entries(from.arrays).map(([name, array]) => gap(arrays[name], array)))
      assert.ok(moved(found, plain) > 1e-5, `${plugin} is plain training`)
      if (plugin === "ewc") assert.ok(Object.keys(found.arrays).some((name) => name.startsWith("carried/importance/")))
      else {
        const bench = await benchOf(strategy)
        const first = await perform(bench, "shared", asked(strategy, 0), { tokens, previous: [] })
        const turned = [taskOf(other), tokens[1]]
        const again = await perform(bench, "shared", asked(strategy, 1), {
          tokens: turned,
          previous: [first],
          memories,
        })
        assert.ok(moved(again, found) > 1e-6, `${plugin}: a remembered answer changes nothing`)
      }
    }
  })
}
