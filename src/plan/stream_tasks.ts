/** Which tasks of which data sources a stream takes, in its order. */
import type { Spec, Stream } from "../../dsl/spec.ts"
import type { DataSource } from "../plugin/index.ts"
import { folderIn, PlanError, type PluginShelf, type Resolved } from "./chosen.ts"

export interface StreamTasks {
  /** By the name of the data declaration. */
  readonly sources: ReadonlyMap<string, Resolved<DataSource>>
  readonly wanted: readonly { readonly data: string; readonly task: string }[]
}

/** Rejects with PlanError, PluginError or DataError. */
export const streamTasks = async (
  shelf: PluginShelf,
  spec: Spec,
  stream: Stream,
  directory: string,
): Promise<StreamTasks> => {
  const sources = new Map<string, Resolved<DataSource>>()
  for (const { data } of stream.tasks)
    if (!sources.has(data)) sources.set(data, await shelf.take<DataSource>("data", spec.data[data]))
  const wanted: { readonly data: string; readonly task: string }[] = []
  for (const { data, task, span } of stream.tasks) {
    const { plugin, chosen } = sources.get(data)!
    const known = await plugin.tasks(spec.data[data].location, chosen.options, {
      directory: folderIn(directory, spec.data[data]),
    })
    if (task !== undefined && !known.includes(task))
      throw new PlanError(`the data "${data}" has no task "${task}"`, `its tasks are: ${known.join(", ")}`, span)
    wanted.push(...(task === undefined ? known : [task]).map((one) => ({ data, task: one })))
  }
  const twice = wanted.find(({ task }, i) => wanted.findIndex((other) => other.task === task) < i)
  if (twice)
    throw new PlanError(
      `the stream "${stream.name}" has the task "${twice.task}" twice`,
      "take one of them out, or rename a task's folder",
      stream.span,
    )
  return { sources, wanted }
}
