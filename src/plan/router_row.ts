/** Steps and rows of a router: fitted at every stage on the modules so far, evaluated on the mixed test set. */
import type { Source } from "../learning/results.ts"
import type { Router } from "../plugin/index.ts"
import type { StepBuilder } from "./builder.ts"
import type { PlannedModules } from "./cell.ts"
import type { Resolved } from "./chosen.ts"
import type { RouterRow } from "./router_stage.ts"
import { compose, fit, select } from "./router_steps.ts"
import { routingOf } from "./routing.ts"
import type { Evaluated, PlannedRow } from "./row.ts"
import { whyNotServed } from "./serving.ts"
import type { PlannedStream } from "./stream.ts"

export const planRouter = (
  builder: StepBuilder,
  stream: PlannedStream,
  modules: PlannedModules,
  row: RouterRow,
  stages: readonly number[],
): readonly PlannedRow[] => {
  const { plugin, chosen } = row.router
  const routing = routingOf(plugin, chosen.options)
  const known = {
    name: row.name,
    plugin: plugin.name,
    kind: row.kind,
    seed: modules.seed,
    knowsTask: routing.query === "task",
    how: routing.aggregate === "select" ? ("selects" as const) : ("composes" as const),
    granularity: routing.granularity,
  }
  const heads =
    routing.aggregate === "select"
      ? (["kept"] as const)
      : row.core.head === "both"
        ? (["kept", "refit"] as const)
        : [row.core.head]
  const notDefined = whyNotServed(plugin, modules.adapters, routing.granularity)
  if (notDefined)
    return heads.map((head) => ({
      ...known,
      head,
      source: sourceOf(row.router, head),
      stages: [],
      fits: [],
      charged: [],
      notDefined,
    }))
  const now = row.core.schedule === "once_at_end" ? stages.filter((stage) => stage === stream.tasks.length - 1) : stages
  return heads.map((head) => {
    const evaluated: Evaluated[] = []
    let previous: string | undefined
    const warm = row.core.schedule === "after_each_task_warm"
    for (const stage of warm ? stream.tasks.map((_, t) => t) : now) {
      const at = { builder, stream, modules, row, routing, head, stage }
      const fitted = fit(at, warm ? previous : undefined)
      previous = fitted
      if (now.includes(stage)) evaluated.push(routing.aggregate === "select" ? select(at, fitted) : compose(at, fitted))
    }
    const last = evaluated.at(-1)
    return {
      ...known,
      head,
      source: sourceOf(row.router, head),
      stages: evaluated,
      fits: last?.fits ?? [],
      charged: last?.charged ?? [],
    }
  })
}

/** Where what a row knows of the data comes from; refitted heads have seen the memory, whatever the router has. */
const sourceOf = ({ plugin, chosen }: Resolved<Router>, head: "kept" | "refit"): Source => {
  if (plugin.statistics) return plugin.statisticsFrom?.(chosen.options) ?? "train"
  if (plugin.parameters || head === "refit") return "memory"
  return plugin.prepare ? "weights" : "none"
}
