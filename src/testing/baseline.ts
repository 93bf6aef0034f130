/**
 * Tests of any training strategy: `testBaseline(plugin, options)` in a test file of node:test.
 * On a toy stream of three tasks, by the steps of a run: which texts it trains on, what it leaves as it was, its loss and gradients.
 */
import assert from "node:assert/strict"
import type { Artifact } from "../plan/step.ts"
import { defineStrategy, NoOptions, randomStream, type Strategy } from "../plugin/index.ts"
import { storedTexts, textsIn } from "../run/steps/given.ts"
import { type Check, register } from "./check.ts"
import { gap } from "./nearness.ts"
import { decoded, titleOf, type Written } from "./plugin_options.ts"
import { toyBench } from "./router_bench.ts"
import { adaptationChecks } from "./strategy_adaptation.ts"
import { lossChecks } from "./strategy_loss.ts"
import { type StrategySetting, trainedAt, trainedTo } from "./strategy_stream.ts"
import { toyTexts } from "./toy_network.ts"
import type { ToyStream } from "./toy_stream.ts"

export interface BaselineSettings {
  /** Options with which nothing is left of it: what comes of three tasks is what plain training gives. */
  readonly neutral?: Written
  /** The first task is trained as by plain training, to the byte. Default true; false where head, loss or what is trained differ from the start. */
  readonly plainAtFirst?: boolean
}

export const testBaseline = (strategy: Strategy, written: Written = {}, settings: BaselineSettings = {}): void =>
  register(titleOf(strategy, written), baselineChecks(strategy, written, settings))

/** Training that does nothing besides. */
const plainAs = ({ trains, visits }: Strategy): Strategy =>
  defineStrategy({ name: "plain", summary: "plain training", options: NoOptions, trains, visits })

/** Rounding: sums come in another order, and AdamW divides small gradients by their size. */
const NEUTRAL = 1e-4

export const baselineChecks = (
  strategy: Strategy,
  written: Written = {},
  { neutral, plainAtFirst = true }: BaselineSettings = {},
): readonly Check[] => {
  const setting: StrategySetting = { strategy, options: decoded(strategy, written) }
  const plain = (): StrategySetting => ({
    strategy: plainAs(strategy),
    options: { learning_rate: (setting.options as { learning_rate?: number }).learning_rate ?? 0.01 },
  })
  const oneByOne = strategy.visits === "one_by_one"
  const made = async (of: StrategySetting = setting) => toyBench(of.strategy)

  const texts: Check["run"] = async () => {
    const { bench, stream } = await made()
    const stages = await trainedTo(bench, setting, stream, 1)
    const at = (changed: ToyStream) => trainedAt(bench, setting, changed, 1, stages[0])
    same(await at(withTexts(stream, 2, () => true)), stages[1], "texts of a task that is still to come")
    if (oneByOne) {
      const kept = new Set(strategy.replays ? stream.memories[0].arrays.indices.data : [])
      same(
        await at(withTexts(stream, 0, (i) => !kept.has(i))),
        stages[1],
        "texts of an earlier task that are forgotten",
      )
    }
    assert.ok(differ(await at(withTexts(stream, 1, () => true)), stages[1]), "the texts of its task change nothing")
  }

  const replays: Check["run"] = async () => {
    const { bench, stream } = await made()
    const stages = await trainedTo(bench, setting, stream, 1)
    const kept = new Set(stream.memories[0].arrays.indices.data)
    const other = await trainedAt(
      bench,
      setting,
      withTexts(stream, 0, (i) => kept.has(i)),
      1,
      stages[0],
    )
    assert.ok(differ(other, stages[1]), "the remembered texts change nothing")
  }

  const repeatable: Check["run"] = async () => {
    const { bench, stream } = await made()
    const [once, again] = [await trainedTo(bench, setting, stream, 2), await trainedTo(bench, setting, stream, 2)]
    for (const [stage, artifact] of once.entries()) {
      same(again[stage], artifact, `stage ${stage + 1} again`)
      for (const [name, { data }] of Object.entries(artifact.arrays))
        assert.ok(Array.from(data, Number).every(Number.isFinite), `${name} is not finite after stage ${stage + 1}`)
    }
  }

  const inputs: Check["run"] = async () => {
    const { bench, stream } = await made()
    const [first] = await trainedTo(bench, setting, stream, 0)
    const all = [first, ...stream.tokens, ...stream.memories]
    const weights = { json: {}, arrays: bench.network.checkpoint.weights as Artifact["arrays"] }
    const copies = [...all, weights].map(copied)
    await trainedAt(bench, setting, stream, 1, first)
    for (const [i, one] of [...all, weights].entries()) same(one, copies[i], "what a stage is given")
  }

  const frozen: Check["run"] = async () => {
    const { bench, stream } = await made()
    const stages = await trainedTo(bench, setting, stream, 2)
    for (const stage of [1, 2]) {
      const { bodyAfter, earlierClasses } = strategy.freezes!(stage, setting.options)
      for (const [name, { shape, data }] of Object.entries(stages[stage].arrays)) {
        const before = stages[stage - 1].arrays[name]
        if (!before || /^(carried|recorded)\//.test(name)) continue
        const [inHead, classes] = [name.startsWith("head/"), shape.at(-1)!]
        const stays = (i: number) => (inHead ? earlierClasses && i % classes < 2 * stage : bodyAfter === 0)
        data.forEach((value: number | bigint, i: number) => {
          if (stays(i)) assert.equal(value, before.data[i], `${name}[${i}] at stage ${stage + 1}`)
        })
      }
    }
  }

  const first: Check["run"] = async () => {
    const { bench, stream } = await made()
    const [own] = await trainedTo(bench, setting, stream, 0)
    const [other] = await trainedTo((await made(plain())).bench, plain(), stream, 0)
    same({ ...own, arrays: parametersOf(own) }, other, "the first task")
  }

  const without: Check["run"] = async () => {
    const nothing: StrategySetting = { strategy, options: decoded(strategy, { ...written, ...neutral }) }
    const { bench, stream } = await made()
    const own = await trainedTo(bench, nothing, stream, 2)
    const other = await trainedTo((await made(plain())).bench, plain(), stream, 2)
    for (const [name, array] of Object.entries(other[2].arrays)) {
      const found = gap(own[2].arrays[name], array)
      assert.ok(found <= NEUTRAL, `${name} differs by ${found} from plain training`)
    }
  }

  return [
    { name: "trains on the texts of its task alone, and on what is remembered", run: texts },
    ...(strategy.replays ? [{ name: "what is remembered takes part", run: replays }] : []),
    { name: "is the same to the byte when trained again, and finite", run: repeatable },
    { name: "changes nothing of what it is given", run: inputs },
    ...(strategy.freezes ? [{ name: "what it freezes keeps its bytes", run: frozen }] : []),
    {
      name: "trains the first task as plain training does, to the byte",
      run: first,
      ...(plainAtFirst ? {} : { skip: "it is said to be another from the start" }),
    },
    ...(neutral ? [{ name: "is plain training where its options leave nothing of it", run: without }] : []),
    ...lossChecks(setting),
    ...(strategy.adapts ? adaptationChecks(setting) : []),
  ]
}

/** Some training texts of a task are others. */
const withTexts = (stream: ToyStream, task: number, which: (text: number) => boolean): ToyStream => {
  const others = toyTexts(100, randomStream(17, "other texts"))
  const tokens = stream.tokens.map((artifact, t): Artifact => {
    if (t !== task) return artifact
    const texts = textsIn(artifact, "train").map((text, i) => (which(i) ? others[i] : text))
    return { ...artifact, arrays: { ...artifact.arrays, ...storedTexts("train", texts) } }
  })
  return { ...stream, tokens }
}

const parametersOf = ({ arrays }: Artifact): Artifact["arrays"] =>
  Object.fromEntries(Object.entries(arrays).filter(([name]) => !/^(carried|recorded)\//.test(name)))

const copied = ({ json, arrays }: Artifact): Artifact => ({
  json,
  arrays: Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
  ) as Artifact["arrays"],
})

const differ = (one: Artifact, other: Artifact): boolean =>
  Object.entries(parametersOf(one)).some(([name, array]) => gap(array, other.arrays[name]) > 1e-6)

const same = (one: Artifact, other: Artifact, what: string): void => {
  assert.deepEqual(Object.keys(one.arrays), Object.keys(other.arrays), what)
  for (const [name, { data }] of Object.entries(one.arrays))
    assert.deepEqual(data, other.arrays[name].data, `${what}: ${name}`)
}
