/**
 * What statistics of a stage rest on: frozen features of the tasks seen so far, of the memory or of all training data.
 * A router weighs modules: the tasks that one module serves are one task to it.
 */
import type { HostTensor, Router, Statistics } from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import { classCount, offsetsOf, remembered, servingIn } from "../given.ts"
import { frozenRows, frozenRowsOfMemory } from "../query.ts"
import { ofTraining } from "./examples.ts"
import { unitRows } from "./unit_features.ts"

export const statisticsFor = (
  work: Work,
  plugin: {
    readonly statisticsFrom?: (options: any) => "memory" | "train"
    readonly routing?: Router["routing"]
    readonly query?: (options: any) => "frozen_mean" | "frozen_cls"
  },
  options: unknown,
): Statistics => {
  const tokens = work.inputs("tokens")
  const features = work.inputs("features")
  const query = { query: plugin.routing ? plugin.routing(options).query : plugin.query!(options) }
  const { served, ...known } = grouping(work, plugin.routing !== undefined)
  if ((plugin.statisticsFrom?.(options) ?? "train") === "memory") {
    const memory = remembered(tokens, work.inputs("memories"))
    const rows = frozenRowsOfMemory(features, query, memory.task, memory.index)
    return {
      features: rows.data as Float32Array,
      width: rows.shape[1],
      task: served(memory.task),
      class: memory.labels,
      ...known,
    }
  }
  const { task, labels } = ofTraining(work, () => true)
  const all = joined(features.map((artifact) => frozenRows(artifact, query)))
  return { ...all, task: served(task), class: labels, ...known }
}

/** Statistics of what enters a routing unit of the frozen backbone. */
export const statisticsOfUnit = (work: Work, router: Router, options: unknown, unit: string): Statistics => {
  const tokens = work.inputs("tokens")
  const memory = (router.statisticsFrom?.(options) ?? "train") === "memory"
  const { task, labels } = memory ? remembered(tokens, work.inputs("memories")) : ofTraining(work, () => true)
  const rows = work.inputs("unitFeatures").map((artifact) => unitRows(artifact, unit))
  const { served, ...known } = grouping(work, true)
  return { ...joined(rows), task: served(task), class: labels, ...known }
}

interface Grouping extends Pick<Statistics, "tasks" | "taskOfClass"> {
  /** The module of each task, where modules are weighed; a probe has none. */
  readonly served: (tasks: Int32Array) => Int32Array
}

/** How many tasks there are to tell apart, and that of each class. */
const grouping = (work: Work, weighsModules: boolean): Grouping => {
  const tokens = work.inputs("tokens")
  const { offsets, total } = offsetsOf(tokens.map(classCount))
  const moduleOf = weighsModules ? servingIn(work) : Int32Array.from(tokens.keys())
  const served = (tasks: Int32Array) => tasks.map((task) => moduleOf[task])
  return {
    served,
    tasks: weighsModules ? work.inputs("modules").length : tokens.length,
    taskOfClass: served(Int32Array.from({ length: total }, (_, c) => offsets.findLastIndex((offset) => offset <= c))),
  }
}

/** Tables one after the other. */
const joined = (tables: readonly HostTensor[]): Pick<Statistics, "features" | "width"> => {
  const features = new Float32Array(tables.reduce((sum, { data }) => sum + data.length, 0))
  let at = 0
  for (const { data } of tables) {
    features.set(data as Float32Array, at)
    at += data.length
  }
  return { features, width: tables[0].shape[1] }
}
