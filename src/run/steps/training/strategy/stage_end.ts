/** What a strategy leaves to its next stage, found when the training of a stage is over. */
import type { StoredArray } from "../../../../plan/step.ts"
import { type Carried, type HostTensor, randomStream } from "../../../../plugin/index.ts"
import type { Work } from "../../../work.ts"
import { fisherDiagonal } from "../../composing/fisher_diagonal.ts"
import { storedCarried } from "./carried.ts"
import { strategyObjective, type ToTrain } from "./objective.ts"
import type { SharedOptions } from "./shared_options.ts"

/** `to` is what was trained, without noise; its arrays hold what came of it. */
export const leftBy = async (
  work: Work,
  to: ToTrain,
  { stage, seed, name }: SharedOptions,
  carried: Carried<HostTensor>,
): Promise<Record<string, StoredArray>> => {
  const { strategy, options, start, names } = to
  if (!strategy.carries) return {}
  const asked = strategy.fisher?.(options)
  const arraysOf = (values: ReadonlyMap<string, Float32Array>): Record<string, HostTensor> =>
    Object.fromEntries([...values].map(([key, data]) => [key, { shape: start.get(key)!.shape, data }]))
  const values = new Map([...start].map(([key, { data }]) => [key, data as Float32Array]))
  const { loss: _, ...plain } = strategy
  const information = asked && {
    ...asked,
    objective: strategyObjective({ ...to, strategy: plain, smoothing: 0, kept: new Int32Array() }),
    names,
    values,
    classes: start.get("head/b")?.data.length ?? 0,
    order: randomStream(seed, "fisher", name, stage),
  }
  const fisher = information ? arraysOf((await fisherDiagonal(work, information)).diagonal) : {}
  const trained = arraysOf(new Map(names.map((key) => [key, values.get(key)!])))
  return storedCarried(strategy.carries({ stage, trained, fisher, carried }, options), strategy.name)
}
