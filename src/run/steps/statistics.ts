/** What statistics of a stage rest on: frozen features of the tasks seen so far, of the memory or of all training data. */
import type { Router, Statistics } from "../../plugin/index.ts"
import type { Work } from "../work.ts"
import { type Chosen, classCount, labelledIn, offsetsOf, remembered } from "./given.ts"
import { frozenRows, frozenRowsOfMemory } from "./query.ts"

export const statisticsFor = (
  work: Work,
  plugin: {
    readonly statisticsFrom?: (options: any) => "memory" | "train"
    readonly routing?: Router["routing"]
    readonly query?: (options: any) => "frozen_mean" | "frozen_cls"
  },
  { router }: { readonly router: Chosen },
): Statistics => {
  const tokens = work.inputs("tokens")
  const features = work.inputs("features")
  const query = { query: plugin.routing ? plugin.routing(router.options).query : plugin.query!(router.options) }
  const { offsets, total } = offsetsOf(tokens.map(classCount))
  const taskOfClass = Int32Array.from({ length: total }, (_, c) => offsets.findLastIndex((offset) => offset <= c))
  if ((plugin.statisticsFrom?.(router.options) ?? "train") === "memory") {
    const memory = remembered(tokens, work.inputs("memories"))
    const rows = frozenRowsOfMemory(features, query, memory.task, memory.index)
    return {
      features: rows.data as Float32Array,
      width: rows.shape[1],
      task: memory.task,
      class: memory.labels,
      tasks: tokens.length,
      taskOfClass,
    }
  }
  const parts = features.map((artifact) => frozenRows(artifact, query).data as Float32Array)
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  const task: number[] = []
  const classes: number[] = []
  let at = 0
  tokens.forEach((artifact, t) => {
    all.set(parts[t], at)
    at += parts[t].length
    for (const label of labelledIn(artifact, "train").labels) {
      task.push(t)
      classes.push(offsets[t] + label)
    }
  })
  return {
    features: all,
    width: all.length / task.length,
    task: Int32Array.from(task),
    class: Int32Array.from(classes),
    tasks: tokens.length,
    taskOfClass,
  }
}
