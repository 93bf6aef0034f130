/** What is trained of a strategy's model, at which rates, and what is said of the model afterwards. */
import { described, parameterGroups } from "../train_block.ts"
import type { Prepared } from "./prepared.ts"

/** By name; changed in place. */
export const valuesOf = ({ to: { names, start } }: Prepared): Map<string, Float32Array> =>
  new Map(names.map((name) => [name, start.get(name)!.data as Float32Array]))

/** The rate of all but the head, and the groups of the optimiser. */
export const groupsOf = ({ options, adapter, to: { net, names, start } }: Prepared) => {
  const { strategy: given, train } = options
  const rate = adapter ? train.learning_rate : Number((given.options as { learning_rate: number }).learning_rate)
  const arrays = adapter
    ? described(adapter.plugin, adapter.options, net, start, names)
    : new Map(names.map((name) => [name, { shape: start.get(name)!.shape }]))
  return { rate, groups: parameterGroups(arrays, rate, train) }
}

/** What later steps must know of it to read its arrays. */
export const describedModel = ({ options, adapter, start, to: { strategy, head, represented } }: Prepared) => ({
  trains: strategy.trains,
  task: options.name,
  parameters: start.names.reduce((sum, name) => sum + start.arrays.get(name)!.data.length, 0),
  ...(options.adapter && { adapter: options.adapter }),
  ...(adapter?.pool && { pool: { strategy: options.strategy, stage: options.stage } }),
  ...(adapter?.grows && { grows: adapter.grows }),
  ...(adapter?.attends && { attends: { strategy: options.strategy, stage: options.stage } }),
  ...(head === "linear" ? {} : { head }),
  ...(represented && { represented: { strategy: options.strategy, tasks: represented.tasks } }),
})
