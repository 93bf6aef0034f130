/** Steps in which a strategy trains its one shared model stage by stage. */
import { seconds } from "../estimates.ts"
import type { Json, Step } from "../step.ts"
import { codeOfModel, type PlannedStrategy, sharesLabels } from "./strategy_stage.ts"

/** What a row's training comes to. */
export interface Trained {
  /** By stage, the step of the model; at stages that are neither visited nor asked for there is none. */
  readonly models: readonly string[]
  /** Steps that the model of a stage pays for. */
  readonly charged: (stage: number) => readonly string[]
}

/** What steps that train a row's model have in common: at a stage, or along a sequence. */
export const trainingStep = (
  { stream, strategy, adapter, train, core, seed }: PlannedStrategy,
  { stage, visits, replays }: { readonly stage: number; readonly visits: readonly number[]; readonly replays: boolean },
) => {
  const { plugin, chosen } = strategy
  const everything = plugin.trains === "everything"
  return {
    options: {
      backbone: stream.backbone,
      strategy: chosen,
      ...(adapter ? { adapter: adapter.chosen } : {}),
      train,
      // Strategies that train the same visit by visit start from the same draws and see the same batches: they are compared in pairs.
      name: `${plugin.visits === "one_by_one" ? "sequential" : "multi_task"}${everything ? "_full" : ""}`,
      stage,
      seed,
      visits,
      ...(replays ? { replayed: core.replayed === "batch" ? train.batch : core.replayed } : {}),
      ...sharesLabels(stream),
      ...(stream.answers ? { head: "text" } : {}),
    },
    seconds:
      ((seconds.module * train.epochs) / 3) *
      visits.length *
      (everything ? 2 : 1) *
      (1 + (replays ? plugin.replays!(chosen.options).draws : 0)) *
      (1 + (plugin.variants?.(chosen.options)?.count ?? 0)),
    bytes: everything ? 1.4e7 : 3e5,
    whole: everything,
  }
}

/** One stage after the other, or each for itself where a strategy visits all tasks at once. */
export const trainedByStage = (row: PlannedStrategy, stages: readonly number[]): Trained => {
  const { strategy, stream, memory } = row
  const oneByOne = strategy.plugin.visits === "one_by_one"
  const models: string[] = []
  const written: (readonly string[])[] = []
  for (const stage of oneByOne ? Array.from({ length: stages.at(-1)! + 1 }, (_, t) => t) : stages) {
    const visits = stream.tasks.flatMap((_, t) => ((oneByOne ? t === stage : t <= stage) ? [t] : []))
    written[stage] = replayedAt(row, stage, models[stage - 1])
    models[stage] = train(row, stage, visits, models[stage - 1], written[stage])
  }
  return {
    models,
    charged: (stage) => [
      ...(oneByOne ? models.slice(0, stage + 1) : [models[stage]]),
      ...(memory?.samples ? paidFor(row, stage, written) : []),
    ],
  }
}

/** It replays what its own model has written. */
const writesItself = ({ plugin, chosen }: PlannedStrategy["strategy"]): boolean =>
  plugin.replays?.(chosen.options).from === "itself"

/** Steps of what is replayed at a stage, of the tasks before it: what a memory holds, or what the model before has written. */
const replayedAt = (row: PlannedStrategy, stage: number, previous: string | undefined): readonly string[] => {
  const { memory, strategy, stream } = row
  if (!memory || stage === 0) return []
  if (!writesItself(strategy)) return memory.at(stage - 1)
  const of = `${row.name} · after ${stream.tasks[stage - 1]} · ${row.at}`
  return stream.tasks.slice(0, stage).map((_, t) => memory.samples!.by(previous!, t, of, codeOfModel(row)))
}

/** Steps that write what is replayed. */
const paidFor = ({ memory, strategy }: PlannedStrategy, stage: number, written: readonly (readonly string[])[]) =>
  writesItself(strategy) ? written.slice(0, stage + 1).flat() : stage > 0 ? memory!.takes(stage - 1) : []

/** What is replayed are examples of the tasks before the stage, or samples. */
const train = (
  row: PlannedStrategy,
  stage: number,
  visits: readonly number[],
  previous: string | undefined,
  replayed: readonly string[],
): string => {
  const { builder, stream, strategy, memory } = row
  const replays = memory !== undefined && stage > 0
  const { options, ...step } = trainingStep(row, { stage, visits, replays })
  const inputs: Step["inputs"] = {
    tokens: stream.tokens,
    previous: strategy.plugin.visits === "one_by_one" && previous ? [previous] : [],
    ...(replays ? { memories: replayed } : {}),
    ...(writesItself(strategy) ? { samples: visits.map((t) => memory!.samples!.texts(t)) } : {}),
    ...(strategy.plugin.pool ? { features: stream.trainFeatures.slice(0, stage + 1) } : {}),
  }
  return builder.add({
    kind: "shared",
    label: `${row.name} · after ${stream.tasks[stage]} · ${row.at}`,
    options: options as unknown as Json,
    inputs,
    code: [...row.code, strategy.code],
    ...step,
  })
}
