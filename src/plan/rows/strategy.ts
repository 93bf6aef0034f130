/** Steps and rows of training strategies with one shared model: trained stage by stage, evaluated on the mixed test set. */
import type { Adapter } from "../../plugin/index.ts"
import type { StepBuilder } from "../builder.ts"
import type { Resolved } from "../chosen.ts"
import { seconds } from "../estimates.ts"
import type { Json } from "../step.ts"
import type { PlannedStream } from "../stream.ts"
import type { PlannedModules } from "./cell.ts"
import { whyNotTrained } from "./modules_needed.ts"
import type { Evaluated, PlannedRow } from "./row.ts"
import { planCourse, planMoment } from "./sequence.ts"
import { drawsOf, evaluate, type PlannedStrategy, type StrategyRow, sharesLabels } from "./strategy_stage.ts"

export const planStrategy = (
  builder: StepBuilder,
  stream: PlannedStream,
  modules: PlannedModules,
  row: StrategyRow,
  stages: readonly number[],
): PlannedRow => {
  const { plugin } = row.strategy
  const { seed } = modules
  const known = {
    name: row.name,
    plugin: plugin.name,
    kind: "bound",
    head: stream.answers ? "none" : "joint",
    source: "train",
    how: "shared",
    knowsTask: plugin.knowsTask?.(row.strategy.chosen.options) ?? false,
    seed,
    granularity: "example",
  } as const
  // What trains everything has no adapter: its steps are the same for every library.
  const adapter: Resolved<Adapter> | undefined = plugin.trains === "everything" ? undefined : modules.only
  const notDefined = adapter
    ? whyNotTrained(row.strategy, adapter)
    : plugin.trains === "adapter"
      ? `${plugin.name} trains modules of one adapter; this library mixes adapters`
      : undefined
  if (notDefined) return { ...known, stages: [], fits: [], charged: [], notDefined }
  const planned: PlannedStrategy = {
    ...row,
    builder,
    stream,
    seed,
    ...(adapter ? { adapter } : {}),
    knowsTask: known.knowsTask,
    code: [stream.code, ...(adapter ? [adapter.code] : [])],
    at: adapter ? `${modules.name} · seed ${seed}` : `seed ${seed}`,
  }
  const oneByOne = plugin.visits === "one_by_one"
  const shared: string[] = []
  const written: (readonly string[])[] = []
  const course = stream.sequence && oneByOne ? planCourse(planned, stream.sequence) : undefined
  const visited = oneByOne && !course ? stream.tasks.map((_, t) => t).filter((t) => t <= stages.at(-1)!) : stages
  for (const stage of visited) {
    written[stage] = course ? [] : replayedAt(planned, stage, shared[stage - 1])
    shared[stage] = course
      ? planMoment(planned, stage, course)
      : train(planned, stage, shared[stage - 1], written[stage])
  }
  const evaluated = stages.map((stage): Evaluated => {
    return {
      stage,
      evaluation: evaluate(planned, stage, shared),
      fits: [shared[stage]],
      charged: course
        ? [course]
        : [
            ...(oneByOne ? shared.slice(0, stage + 1) : [shared[stage]]),
            ...(row.memory?.samples ? paidFor(planned, stage, written) : []),
          ],
    }
  })
  const last = evaluated.at(-1)
  return { ...known, stages: evaluated, fits: last?.fits ?? [], charged: last?.charged ?? [] }
}

/** It replays what its own model has written. */
const writesItself = ({ plugin, chosen }: PlannedStrategy["strategy"]): boolean =>
  plugin.replays?.(chosen.options).from === "itself"

/** Steps of what is replayed at a stage, of the tasks before it: what a memory holds, or what the model before has written. */
const replayedAt = (row: PlannedStrategy, stage: number, previous: string | undefined): readonly string[] => {
  const { memory, strategy, stream, code } = row
  if (!memory || stage === 0) return []
  if (!writesItself(strategy)) return memory.at(stage - 1)
  const of = `${row.name} · after ${stream.tasks[stage - 1]} · ${row.at}`
  return stream.tasks.slice(0, stage).map((_, t) => memory.samples!.by(previous!, t, of, code))
}

/** Steps that write what is replayed. */
const paidFor = ({ memory, strategy }: PlannedStrategy, stage: number, written: readonly (readonly string[])[]) =>
  writesItself(strategy) ? written.slice(0, stage + 1).flat() : stage > 0 ? memory!.takes(stage - 1) : []

/** What is replayed are examples of the tasks before the stage, or samples. */
const train = (
  row: PlannedStrategy,
  stage: number,
  previous: string | undefined,
  replayed: readonly string[],
): string => {
  const { builder, stream, strategy, adapter, train, core, memory, seed } = row
  const { plugin, chosen } = strategy
  const [oneByOne, everything] = [plugin.visits === "one_by_one", plugin.trains === "everything"]
  const replays = memory && stage > 0
  const visits = stream.tasks.flatMap((_, t) => ((oneByOne ? t === stage : t <= stage) ? [t] : []))
  return builder.add({
    kind: "shared",
    label: `${row.name} · after ${stream.tasks[stage]} · ${row.at}`,
    options: {
      backbone: stream.backbone,
      strategy: chosen,
      ...(adapter ? { adapter: adapter.chosen } : {}),
      train,
      name: drawsOf(plugin),
      stage,
      seed,
      visits,
      ...(replays ? { replayed: core.replayed === "batch" ? train.batch : core.replayed } : {}),
      ...sharesLabels(stream),
      ...(stream.answers ? { head: "text" } : {}),
    } as unknown as Json,
    inputs: {
      tokens: stream.tokens,
      previous: oneByOne && previous ? [previous] : [],
      ...(replays ? { memories: replayed } : {}),
      ...(writesItself(strategy) ? { samples: visits.map((t) => memory!.samples!.texts(t)) } : {}),
      ...(plugin.pool ? { features: stream.trainFeatures.slice(0, stage + 1) } : {}),
    },
    code: [...row.code, strategy.code],
    seconds:
      ((seconds.module * train.epochs) / 3) *
      (oneByOne ? 1 : stage + 1) *
      (everything ? 2 : 1) *
      (1 + (replays ? plugin.replays!(chosen.options).draws : 0)),
    bytes: everything ? 1.4e7 : 3e5,
    whole: everything,
  })
}
