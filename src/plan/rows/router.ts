/** Steps and rows of a router: fitted at every stage on the modules so far, evaluated on the mixed test set. */
import type { Source } from "../../learning/results.ts"
import type { Router } from "../../plugin/index.ts"
import type { StepBuilder } from "../builder.ts"
import type { Resolved } from "../chosen.ts"
import { memoryText } from "../memory_text.ts"
import type { PlannedStream } from "../stream.ts"
import type { PlannedModules } from "./cell.ts"
import { askedBy, whyNotInformed } from "./fisher.ts"
import { isTrained, type RouterRow, type RouterStage, usesMemory, whyNotWritten } from "./router_stage.ts"
import { compose, fit, select, write } from "./router_steps.ts"
import { routingOf } from "./routing.ts"
import type { Evaluated, PlannedRow } from "./row.ts"
import { whyNotRegrouped, whyNotServed, whyNotWriting } from "./serving.ts"

export const planRouter = (
  builder: StepBuilder,
  stream: PlannedStream,
  modules: PlannedModules,
  row: RouterRow,
  stages: readonly number[],
): readonly PlannedRow[] => {
  const { plugin, chosen } = row.router
  const routing = routingOf(plugin, chosen.options)
  const leaks = plugin.leaks?.(chosen.options)
  const known = {
    name: row.name,
    plugin: plugin.name,
    kind: row.kind,
    seed: modules.seed,
    knowsTask: routing.query === "task",
    ...(leaks && { leaks }),
    how: routing.aggregate === "select" ? ("selects" as const) : ("composes" as const),
    granularity: routing.granularity,
  }
  const heads = stream.answers
    ? (["none"] as const)
    : routing.aggregate === "select"
      ? (["kept"] as const)
      : row.core.head === "both"
        ? (["kept", "refit"] as const)
        : [row.core.head]
  const notDefined =
    whyNotServed(plugin, modules.adapters, routing) ??
    (stream.answers && whyNotWriting(plugin, chosen.options, routing)) ??
    whyNotInformed(plugin.name, modules, askedBy(row.router)) ??
    (modules.grouped && isWarm(row) ? whyNotRegrouped(plugin.name) : undefined) ??
    whyNotWritten({ builder, stream, modules, row, routing, head: heads[0], stage: 0 })
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
    const warm = isWarm(row)
    for (const stage of warm ? stream.tasks.map((_, t) => t) : now) {
      const at = { builder, stream, modules, row, routing, head, stage }
      const fitted = fit(at, warm ? previous : undefined)
      previous = fitted
      const evaluate = stream.answers ? write : routing.aggregate === "select" ? select : compose
      if (now.includes(stage)) evaluated.push(evaluate(at, fitted))
    }
    const last = evaluated.at(-1)
    const at = { builder, stream, modules, row, routing, head, stage: stream.tasks.length - 1 }
    return {
      ...known,
      ...(modules.dependsOnOrder || (warm && isTrained(at)) || (row.memory.dependsOnOrder && usesMemory(at))
        ? { dependsOnOrder: true as const }
        : {}),
      ...(usesMemory(at) ? { memory: memoryText(row.memory.of) } : {}),
      head,
      source: sourceOf(row.router, head),
      stages: evaluated,
      fits: last?.fits ?? [],
      charged: last?.charged ?? [],
    }
  })
}

/** Its fit goes on from where the stage before left it. */
const isWarm = ({ core, router: { plugin, chosen } }: RouterRow): boolean =>
  core.schedule === "after_each_task_warm" || plugin.fit?.(chosen.options).continues === true

/** Where what a row knows of the data comes from; refitted heads have seen the memory, whatever the router has. */
const sourceOf = ({ plugin, chosen }: Resolved<Router>, head: RouterStage["head"]): Source => {
  if (plugin.alone || plugin.fisher) return "train"
  if (plugin.statistics) return plugin.statisticsFrom?.(chosen.options) ?? "train"
  const { on = "memory" } = plugin.fit?.(chosen.options) ?? {}
  if (plugin.parameters && on !== "memory") return "train"
  if (plugin.parameters || head === "refit") return "memory"
  return plugin.prepare ? "weights" : "none"
}
