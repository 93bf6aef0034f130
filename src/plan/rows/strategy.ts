/** Steps and rows of training strategies with one shared model: trained stage by stage, evaluated on the mixed test set. */
import type { Adapter, Strategy } from "../../plugin/index.ts"
import type { StepBuilder } from "../builder.ts"
import type { Resolved } from "../chosen.ts"
import { seconds } from "../estimates.ts"
import type { PlannedMemory } from "../memories.ts"
import { optionsFor } from "../options/step_options.ts"
import type { ReplayOptions } from "../options/strategy_options.ts"
import type { Json } from "../step.ts"
import type { PlannedStream } from "../stream.ts"
import type { PlannedModules, TrainOptions } from "./cell.ts"
import type { Evaluated, PlannedRow } from "./row.ts"

export interface StrategyRow {
  readonly name: string
  readonly strategy: Resolved<Strategy>
  readonly train: TrainOptions
  readonly core: ReplayOptions
  /** Of one that replays. */
  readonly memory?: PlannedMemory
}

/** One row with what its steps have in common. */
interface Planned extends StrategyRow {
  readonly builder: StepBuilder
  readonly stream: PlannedStream
  readonly seed: number
  readonly adapter?: Resolved<Adapter>
  readonly code: readonly string[]
  /** For people: of which modules and which seed it is. */
  readonly at: string
}

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
    knowsTask: false,
    seed,
    granularity: "example",
  } as const
  // What trains everything has no adapter: its steps are the same for every library.
  const adapter: Resolved<Adapter> | undefined = plugin.trains === "everything" ? undefined : modules.only
  if (plugin.trains === "adapter" && !adapter)
    return {
      ...known,
      stages: [],
      fits: [],
      charged: [],
      notDefined: `${plugin.name} trains one shared module; this library mixes adapters`,
    }
  const planned: Planned = {
    ...row,
    builder,
    stream,
    seed,
    ...(adapter ? { adapter } : {}),
    code: [stream.code, ...(adapter ? [adapter.code] : [])],
    at: adapter ? `${modules.name} · seed ${seed}` : `seed ${seed}`,
  }
  const oneByOne = plugin.visits === "one_by_one"
  const shared: string[] = []
  const visited = oneByOne ? stream.tasks.map((_, t) => t).filter((t) => t <= stages.at(-1)!) : stages
  for (const stage of visited) shared[stage] = train(planned, stage, shared[stage - 1])
  const evaluated = stages.map((stage): Evaluated => {
    const evaluation = stream.answers
      ? write(planned, stage, shared[stage], stream.answers)
      : evaluate(planned, stage, shared[stage])
    return {
      stage,
      evaluation,
      fits: [shared[stage]],
      charged: oneByOne ? shared.slice(0, stage + 1) : [shared[stage]],
    }
  })
  const last = evaluated.at(-1)
  return { ...known, stages: evaluated, fits: last?.fits ?? [], charged: last?.charged ?? [] }
}

/** Strategies that train the same visit by visit start from the same draws and see the same batches: they are compared in pairs. */
const drawsOf = ({ trains, visits }: Strategy): string =>
  `${visits === "one_by_one" ? "sequential" : "multi_task"}${trains === "everything" ? "_full" : ""}`

const sharesLabels = ({ scenario }: PlannedStream) =>
  scenario === "domain_incremental" ? ({ scenario } as const) : undefined

/** What is remembered are examples of the tasks before the stage. */
const train = (row: Planned, stage: number, previous: string | undefined): string => {
  const { builder, stream, strategy, adapter, train, core, memory, seed } = row
  const { plugin, chosen } = strategy
  const [oneByOne, everything] = [plugin.visits === "one_by_one", plugin.trains === "everything"]
  const replays = memory && stage > 0
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
      visits: stream.tasks.flatMap((_, t) => ((oneByOne ? t === stage : t <= stage) ? [t] : [])),
      ...(replays ? { replayed: core.replayed === "batch" ? train.batch : core.replayed } : {}),
      ...sharesLabels(stream),
      ...(stream.answers ? { head: "text" } : {}),
    } as unknown as Json,
    inputs: {
      tokens: stream.tokens,
      previous: oneByOne && previous ? [previous] : [],
      ...(replays ? { memories: memory.at(stage - 1) } : {}),
    },
    code: [...row.code, strategy.code],
    seconds:
      ((seconds.module * train.epochs) / 3) *
      (oneByOne ? 1 : stage + 1) *
      (everything ? 2 : 1) *
      (1 + (replays ? (plugin.replays?.(chosen.options).draws ?? 0) : 0)),
    bytes: everything ? 1.4e7 : 3e5,
    whole: everything,
  })
}

const write = (
  { builder, stream: { backbone, tasks, blind }, name, code, seed, at }: Planned,
  stage: number,
  shared: string,
  answers: NonNullable<PlannedStream["answers"]>,
): string =>
  builder.add({
    ...optionsFor("write", { what: "shared", backbone, answers, seed, stage }),
    label: `answers under ${name} · after ${tasks[stage]} · ${at}`,
    inputs: { shared, blind },
    code,
    seconds: (seconds.write * (stage + 1)) / 5,
    bytes: 2e5,
  })

const evaluate = (row: Planned, stage: number, shared: string): string => {
  const { builder, stream, name, code, seed, at, strategy } = row
  if (strategy.plugin.adapts) return evaluateAdapted(row, stage, shared)
  const encoded = builder.add({
    kind: "encode",
    label: `test set under ${name} · after ${stream.tasks[stage]} · ${at}`,
    options: { what: "shared", backbone: stream.backbone, seed, stage } as unknown as Json,
    inputs: { shared, blind: stream.blind },
    code,
    seconds: (seconds.encode * (stage + 1)) / 5,
    bytes: 2e6,
  })
  return builder.add({
    kind: "evaluate",
    label: `evaluate ${name} · after ${stream.tasks[stage]} · ${at}`,
    options: { how: "shared", stage, seed, ...sharesLabels(stream) } as Json,
    inputs: { encoded, shared, tokens: stream.tokens.slice(0, stage + 1) },
    seconds: seconds.evaluate,
    bytes: 3e5,
  })
}

/** Each text has a model of its own, which is trained on what is remembered. */
const evaluateAdapted = (row: Planned, stage: number, shared: string): string => {
  const { builder, stream, name, code, seed, at, strategy, memory } = row
  const { steps, neighbours } = strategy.plugin.adapts!(strategy.chosen.options)
  const seen = (keys: readonly string[]) => keys.slice(0, stage + 1)
  return builder.add({
    kind: "evaluate",
    label: `adapt ${name} to each text, and evaluate · after ${stream.tasks[stage]} · ${at}`,
    options: {
      how: "adapted",
      backbone: stream.backbone,
      strategy: strategy.chosen,
      stage,
      seed,
      ...sharesLabels(stream),
    } as unknown as Json,
    inputs: {
      shared,
      blind: stream.blind,
      tokens: seen(stream.tokens),
      memories: memory!.at(stage),
      features: seen(stream.trainFeatures),
      testFeatures: stream.testFeatures,
    },
    code: [...code, strategy.code],
    seconds: ((seconds.encode * (stage + 1)) / 5) * 3 * steps * neighbours,
    bytes: 3e5,
  })
}
