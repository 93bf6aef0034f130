/** Which training examples are remembered: of one task, or of all tasks so far where they are chosen along the stream. */

import type { MemoryOptions } from "../../plan/options/step_options.ts"
import type { Artifact, StoredArray } from "../../plan/step.ts"
import { described } from "../../plugin/described.ts"
import { type Arrivals, type FeatureRows, type Memory, randomStream } from "../../plugin/index.ts"
import { type Perform, StepError, type Work } from "../work.ts"
import { type Arrived, arrivalOf } from "./arrival.ts"
import { classCount, labelledIn, offsetsOf } from "./given.ts"
import { frozenRows } from "./query.ts"

/** Array "indices" of one task's examples; or "indices/0", "indices/1", ... of the tasks' in their order. */
export const memory: Perform = async (work) => {
  const options = work.options as unknown as MemoryOptions
  const { plugin, from } = options.memory
  const made = await work.plugin<Memory>("memory", plugin, from)
  return "tasks" in options ? keptAlong(work, made, options) : drawnFrom(work, made, options)
}

const drawnFrom = (
  work: Work,
  plugin: Memory,
  { memory: chosen, task, seed }: MemoryOptions & { task: string },
): Artifact => {
  const { labels } = labelledIn(work.input("tokens"), "train")
  const [features] = featuresOf(work, plugin)
  const given = { task, labels, ...(features ? { features } : {}) }
  const drawn = plugin.draw!(given, chosen.options, randomStream(seed, "memory", task))
  return { json: { task }, arrays: { indices: stored(checked(drawn, labels.length, plugin, `draw of "${task}"`)) } }
}

const keptAlong = (
  work: Work,
  plugin: Memory,
  { memory: chosen, tasks, seed }: MemoryOptions & { tasks: readonly string[] },
): Artifact => {
  const tokens = work.inputs("tokens")
  const { offsets } = offsetsOf(tokens.map(classCount))
  const labels = tokens.map((artifact) => labelledIn(artifact, "train").labels)
  const arrived = arrivalOf(
    tasks,
    labels.map(({ length }) => length),
    seed,
  )
  const tables = featuresOf(work, plugin)
  const arrivals: Arrivals = {
    task: Int32Array.from(arrived, ({ task }) => task),
    class: Int32Array.from(arrived, ({ task, index }) => offsets[task] + labels[task][index]),
    ...(tables.length > 0 ? { features: inOrder(arrived, tables) } : {}),
  }
  const places = plugin.keep!(arrivals, chosen.options, randomStream(seed, "memory"))
  const kept = Array.from(checked(places, arrived.length, plugin, "keep"), (place) => arrived[place])
  return {
    json: { tasks },
    arrays: Object.fromEntries(
      tasks.map((_, t) => [
        `indices/${t}`,
        stored(Int32Array.from(kept.flatMap(({ task, index }) => (task === t ? [index] : []))).sort()),
      ]),
    ),
  }
}

const stored = (data: Int32Array): StoredArray => ({ shape: [data.length], data })

/** Of each task, where the memory reads them. */
export const featuresOf = (work: Work, { reads }: Memory): readonly FeatureRows[] =>
  reads === undefined
    ? []
    : work.inputs("features").map((artifact) => {
        const { shape, data } = frozenRows(artifact, { query: reads })
        return { data: data as Float32Array, width: shape[1] }
      })

export const inOrder = (arrived: readonly Arrived[], tables: readonly FeatureRows[]): FeatureRows => {
  const [{ width }] = tables
  const data = new Float32Array(arrived.length * width)
  arrived.forEach(({ task, index }, n) => {
    data.set(tables[task].data.subarray(index * width, (index + 1) * width), n * width)
  })
  return { data, width }
}

/** Throws StepError where a memory names an example twice, or one that isn't there: only training examples can be named (I17). */
export const checked = (given: unknown, examples: number, { name }: Memory, made: string): Int32Array => {
  const wrong = (what: string): never => {
    throw new StepError(
      `the memory "${name}" ${what} (${made})`,
      `give an Int32Array of different whole numbers from 0 to ${examples - 1}: places in what it was given`,
    )
  }
  if (!(given instanceof Int32Array)) return wrong(`gives ${described(given)} where places of examples are needed`)
  const seen = new Set<number>()
  for (const place of given) {
    if (place < 0 || place >= examples) wrong(`names the example ${place} of ${examples}`)
    if (seen.has(place)) wrong(`names the example ${place} twice`)
    seen.add(place)
  }
  return given
}
