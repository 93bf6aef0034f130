/** Rows of training strategies with one shared model: trained stage by stage or along a sequence, evaluated on the mixed test set. */
import type { Adapter } from "../../plugin/index.ts"
import type { StepBuilder } from "../builder.ts"
import type { Resolved } from "../chosen.ts"
import { memoryText } from "../memory_text.ts"
import type { PlannedStream } from "../stream.ts"
import type { PlannedModules } from "./cell.ts"
import { whyNotTrained } from "./modules_needed.ts"
import type { Evaluated, PlannedRow } from "./row.ts"
import { trainedAlong } from "./sequence.ts"
import { evaluate, isAlong, type PlannedStrategy, type StrategyRow } from "./strategy_stage.ts"
import { trainedByStage } from "./strategy_training.ts"

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
    ...(row.memory ? { memory: memoryText(row.memory.of) } : {}),
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
  const trained =
    isAlong(planned) && stream.sequence
      ? trainedAlong(planned, stream.sequence, stages)
      : trainedByStage(planned, stages)
  const evaluated = stages.map(
    (stage): Evaluated => ({
      stage,
      evaluation: evaluate(planned, stage, trained.models),
      fits: [trained.models[stage]],
      charged: trained.charged(stage),
    }),
  )
  const last = evaluated.at(-1)
  return { ...known, stages: evaluated, fits: last?.fits ?? [], charged: last?.charged ?? [] }
}
