/** What a `train` block says of a module's or a shared model's training, as the training loop reads it. */

import { type Decayed, decayGroups } from "../../../model/decay_groups.ts"
import type { Network } from "../../../model/encoder.ts"
import type { Optimisation } from "../../../model/optimise.ts"
import type { ParameterGroup } from "../../../model/optimiser.ts"
import { initialsFor } from "../../../model/single.ts"
import type { TrainOptions } from "../../../plan/rows/cell.ts"
import type { Adapter, HostTensor, Initial } from "../../../plugin/index.ts"

export const loopOptions = ({
  epochs,
  batch,
  accumulate,
  clip,
  optimiser,
  schedule,
  warm_up: warmUp,
}: TrainOptions): Pick<
  Optimisation,
  "epochs" | "batch" | "accumulate" | "clip" | "optimiser" | "schedule" | "warmUp"
> => ({ epochs, batch, accumulate, optimiser, schedule, warmUp, ...(clip === "none" ? {} : { clip }) })

/** Parameters by full name, those of the head under "head/"; `rate` is that of the others. */
export const parameterGroups = (
  arrays: ReadonlyMap<string, Pick<Initial, "shape" | "decayed">>,
  rate: number,
  { head_learning_rate, weight_decay: weightDecay, decayed }: TrainOptions & { readonly decayed: Decayed },
): readonly ParameterGroup[] => {
  const names = [...arrays.keys()]
  const inHead = (name: string) => name.startsWith("head/")
  return decayGroups(
    [
      { names: names.filter((name) => !inHead(name)), learningRate: rate, weightDecay },
      { names: names.filter(inHead), learningRate: head_learning_rate, weightDecay },
    ],
    decayed,
    arrays,
  )
}

/** Shapes of the trained parameters by name, with what the adapter says of its own. */
export const described = (
  adapter: Adapter,
  options: unknown,
  { checkpoint }: Network,
  start: ReadonlyMap<string, HostTensor>,
  names: readonly string[],
): ReadonlyMap<string, Pick<Initial, "shape" | "decayed">> => {
  const initials = initialsFor(adapter, options, checkpoint.sites)
  return new Map(names.map((name) => [name, initials.get(name) ?? { shape: start.get(name)!.shape }]))
}
