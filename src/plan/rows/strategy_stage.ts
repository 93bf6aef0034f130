/** Steps in which the models of a strategy meet the mixed test set at a stage. */
import type { Adapter, Strategy } from "../../plugin/index.ts"
import type { StepBuilder } from "../builder.ts"
import type { Resolved } from "../chosen.ts"
import { seconds } from "../estimates.ts"
import { lookingAhead } from "../looking_ahead.ts"
import type { PlannedMemory } from "../memories.ts"
import { optionsFor } from "../options/step_options.ts"
import type { ReplayOptions } from "../options/strategy_options.ts"
import type { Json } from "../step.ts"
import type { PlannedStream } from "../stream.ts"
import type { TrainOptions } from "./cell.ts"

export interface StrategyRow {
  readonly name: string
  readonly strategy: Resolved<Strategy>
  readonly train: TrainOptions
  readonly core: ReplayOptions
  /** Of one that replays. */
  readonly memory?: PlannedMemory
}

/** One row with what its steps have in common. */
export interface PlannedStrategy extends StrategyRow {
  readonly builder: StepBuilder
  readonly stream: PlannedStream
  readonly seed: number
  readonly adapter?: Resolved<Adapter>
  readonly knowsTask: boolean
  readonly code: readonly string[]
  /** For people: of which modules and which seed it is. */
  readonly at: string
}

/** It is trained along a sequence without boundaries: of tasks that have not ended something may have come. */
export const isAlong = ({ stream, strategy }: PlannedStrategy): boolean =>
  stream.sequence !== undefined && strategy.plugin.visits === "one_by_one"

/** Steps of the tasks that a row has met at a stage. */
const met = (row: PlannedStrategy, stage: number, keys: readonly string[]): readonly string[] =>
  isAlong(row) ? keys : keys.slice(0, stage + 1)

/** What else than the step's own options a model is made of: where formulas of the strategy are at work at test time too, its code. */
export const codeOfModel = ({ code, strategy }: PlannedStrategy): readonly string[] => {
  const { pool, representation, attends } = strategy.plugin
  return pool || representation || attends ? [...code, strategy.code] : code
}

export const sharesLabels = ({ scenario }: PlannedStream) =>
  scenario === "domain_incremental" ? ({ scenario } as const) : undefined

/** `shared`: the steps of its models, by stage. */
export const evaluate = (row: PlannedStrategy, stage: number, shared: readonly string[]): string => {
  const { stream, strategy, knowsTask } = row
  if (knowsTask) return ofTask(row, stage, shared)
  if (stream.answers) return write(row, stage, shared[stage])
  return strategy.plugin.adapts ? evaluateAdapted(row, stage, shared[stage]) : evaluateShared(row, stage, shared[stage])
}

/** Texts of a stage, or all of the test set, in the model of a stage: what it writes, or what its head reads. */
const write = (row: PlannedStrategy, stage: number, shared: string, all = false): string => {
  const { builder, stream, name, seed, at } = row
  const { backbone, tasks, blind, answers } = stream
  return builder.add({
    ...optionsFor("write", {
      what: "shared",
      backbone,
      answers: answers!,
      seed,
      ...(all ? {} : { stage, ...lookingAhead(stream, stage) }),
    }),
    label: `answers under ${name} · after ${tasks[stage]} · ${at}`,
    inputs: { shared, blind },
    code: codeOfModel(row),
    seconds: all ? seconds.write : (seconds.write * (stage + 1)) / 5,
    bytes: 2e5,
  })
}

const encode = (row: PlannedStrategy, stage: number, shared: string, all = false): string => {
  const { builder, stream, name, seed, at, strategy } = row
  return builder.add({
    ...optionsFor("encode", {
      what: "shared",
      backbone: stream.backbone,
      seed,
      ...(all ? {} : { stage, ...lookingAhead(stream, stage) }),
    }),
    label: `test set under ${name} · after ${stream.tasks[stage]} · ${at}`,
    inputs: { shared, blind: stream.blind, ...(strategy.plugin.pool ? { features: stream.testFeatures } : {}) },
    code: codeOfModel(row),
    seconds: all ? seconds.encode : (seconds.encode * (stage + 1)) / 5,
    bytes: 2e6,
  })
}

const evaluateShared = (row: PlannedStrategy, stage: number, shared: string): string => {
  const { builder, stream, name, seed, at } = row
  return builder.add({
    kind: "evaluate",
    label: `evaluate ${name} · after ${stream.tasks[stage]} · ${at}`,
    options: { how: "shared", stage, seed, ...sharesLabels(stream) } as Json,
    inputs: { encoded: encode(row, stage, shared), shared, tokens: met(row, stage, stream.tokens) },
    seconds: seconds.evaluate,
    bytes: 3e5,
  })
}

/** A text meets the model that its own task has left. */
const ofTask = (row: PlannedStrategy, stage: number, shared: readonly string[]): string => {
  const { builder, stream, name, seed, at } = row
  const { answers, tasks, tokens, blind, truth } = stream
  const models = shared.slice(0, stage + 1)
  const under = models.map((model, t) => (answers ? write : encode)(row, t, model, true))
  return builder.add({
    ...(answers
      ? optionsFor("write", { what: "of_task", stage, seed })
      : { kind: "evaluate" as const, options: { how: "of_task", stage, seed, ...sharesLabels(stream) } as Json }),
    label: `evaluate ${name}, which is told the task · after ${tasks[stage]} · ${at}`,
    inputs: {
      ...(answers ? { written: under } : { encoded: under, shared: shared[stage], tokens: tokens.slice(0, stage + 1) }),
      blind,
      truth,
    },
    seconds: seconds.evaluate,
    bytes: 3e5,
  })
}

/** Each text has a model of its own, which is trained on what is remembered. */
const evaluateAdapted = (row: PlannedStrategy, stage: number, shared: string): string => {
  const { builder, stream, name, code, seed, at, strategy, memory } = row
  const { steps, neighbours } = strategy.plugin.adapts!(strategy.chosen.options)
  const seen = (keys: readonly string[]) => met(row, stage, keys)
  return builder.add({
    kind: "evaluate",
    label: `adapt ${name} to each text, and evaluate · after ${stream.tasks[stage]} · ${at}`,
    options: {
      how: "adapted",
      backbone: stream.backbone,
      strategy: strategy.chosen,
      stage,
      seed,
      ...lookingAhead(stream, stage),
      ...sharesLabels(stream),
    } as unknown as Json,
    inputs: {
      shared,
      blind: stream.blind,
      tokens: seen(stream.tokens),
      memories: isAlong(row) ? [shared] : memory!.at(stage),
      features: seen(stream.trainFeatures),
      testFeatures: stream.testFeatures,
    },
    code: [...code, strategy.code],
    seconds: ((seconds.encode * (stage + 1)) / 5) * 3 * steps * neighbours,
    bytes: 3e5,
  })
}
