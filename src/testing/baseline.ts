/**
 * Tests of any training strategy: `testBaseline(plugin, options)` in a test file of node:test.
 * On a toy stream of three tasks, by the steps of a run: which texts it trains on, what it leaves as it was, its loss and gradients.
 */
import assert from "node:assert/strict"
import { whyBoundaries } from "../plan/needs_boundaries.ts"
import { type Adapter, defineStrategy, NoOptions, type Strategy } from "../plugin/index.ts"
import { isOfAttention } from "../run/steps/training/strategy/attention.ts"
import { type Check, register } from "./check.ts"
import { gap } from "./nearness.ts"
import { decoded, titleOf, type Written } from "./plugin_options.ts"
import { adaptationChecks } from "./strategy_adaptation.ts"
import { attentionCheck, growthCheck } from "./strategy_growth.ts"
import { lossChecks } from "./strategy_loss.ts"
import { sequenceChecks } from "./strategy_sequence.ts"
import { type StrategySetting, trainedTo, trainingBench, writesItself } from "./strategy_stream.ts"
import { parametersOf, same, trainingChecks } from "./strategy_training.ts"

export interface BaselineSettings {
  /** The adapter whose modules it trains, and its options as a spec writes them; by default LoRA. */
  readonly adapter?: readonly [plugin: Adapter, written?: Written]
  /** Options with which nothing is left of it: what comes of three tasks is what plain training gives. */
  readonly neutral?: Written
  /** The first task is trained as by plain training, to the byte. Default true; false where head, loss or what is trained differ from the start. */
  readonly plainAtFirst?: boolean
}

export const testBaseline = (strategy: Strategy, written: Written = {}, settings: BaselineSettings = {}): void =>
  register(
    `${titleOf(strategy, written)}${settings.adapter ? ` on ${settings.adapter[0].name}` : ""}`,
    baselineChecks(strategy, written, settings),
  )

/** Training that does nothing besides. */
const plainAs = ({ trains, visits }: Strategy): Strategy =>
  defineStrategy({ name: "plain", summary: "plain training", options: NoOptions, trains, visits })

/** Rounding: sums come in another order, and AdamW divides small gradients by their size. */
const NEUTRAL = 1e-4

export const baselineChecks = (
  strategy: Strategy,
  written: Written = {},
  { adapter, neutral, plainAtFirst = true }: BaselineSettings = {},
): readonly Check[] => {
  const setting: StrategySetting = { strategy, options: decoded(strategy, written), ...(adapter && onAdapter(adapter)) }
  const plain = (): StrategySetting => ({
    strategy: plainAs(strategy),
    ...(adapter && onAdapter(adapter)),
    options: { learning_rate: (setting.options as { learning_rate?: number }).learning_rate ?? 0.01 },
  })
  const made = async (of: StrategySetting = setting) => trainingBench(of)

  const first: Check["run"] = async () => {
    const { bench, stream } = await made()
    const [own] = await trainedTo(bench, setting, stream, 0)
    const [other] = await trainedTo((await made(plain())).bench, plain(), stream, 0)
    const body = Object.entries(parametersOf(own)).filter(([name]) => !isOfAttention(name))
    same({ ...own, arrays: Object.fromEntries(body) }, other, "the first task")
  }

  const without: Check["run"] = async () => {
    const nothing: StrategySetting = { ...setting, options: decoded(strategy, { ...written, ...neutral }) }
    const { bench, stream } = await made()
    const own = await trainedTo(bench, nothing, stream, 2)
    const other = await trainedTo((await made(plain())).bench, plain(), stream, 2)
    for (const [name, array] of Object.entries(other[2].arrays)) {
      const found = gap(own[2].arrays[name], array)
      assert.ok(found <= NEUTRAL, `${name} differs by ${found} from plain training`)
    }
  }

  const notPlain = writesItself(setting) ? "plain training does not learn to write samples" : undefined
  return [
    ...trainingChecks(setting),
    ...(strategy.grows ? [growthCheck(setting)] : []),
    ...(strategy.attends ? [attentionCheck(setting)] : []),
    {
      name: "trains the first task as plain training does, to the byte",
      run: first,
      ...skipped(notPlain ?? (plainAtFirst ? undefined : "it is said to be another from the start")),
    },
    ...(neutral
      ? [{ name: "is plain training where its options leave nothing of it", run: without, ...skipped(notPlain) }]
      : []),
    ...lossChecks(setting),
    ...(isFree(setting) ? sequenceChecks(setting) : []),
    ...(strategy.adapts ? adaptationChecks(setting) : []),
  ]
}

const skipped = (reason: string | undefined) => (reason === undefined ? {} : { skip: reason })

/** It goes from text to text and need not be told where a task ends. */
const isFree = ({ strategy, options }: StrategySetting): boolean =>
  strategy.visits === "one_by_one" && whyBoundaries(strategy, options) === undefined

const onAdapter = ([plugin, written = {}]: NonNullable<BaselineSettings["adapter"]>) => ({
  adapter: { plugin, options: decoded(plugin, written) },
})
