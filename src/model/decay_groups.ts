/**
 * Which parameters weight decay reaches: all of them, or matrices alone, so that biases, gains and what norms hold are
 * spared, as is usual with PyTorch. A vector that is no bias, or a bias that lies in a matrix, says so (`Initial.decayed`).
 */
import type { Initial } from "../plugin/index.ts"
import type { ParameterGroup } from "./optimiser.ts"

export type Decayed = "all" | "matrices"

/** Whether weight decay reaches such an array where biases and norms are spared. */
export const isDecayed = ({ shape, decayed }: Pick<Initial, "shape" | "decayed">): boolean =>
  decayed ?? shape.length > 1

/** Each group as it is, or in two: what decays and what does not. `arrays`: shape of each parameter, and what it says of itself. */
export const decayGroups = (
  groups: readonly ParameterGroup[],
  decayed: Decayed,
  arrays: ReadonlyMap<string, Pick<Initial, "shape" | "decayed">>,
): readonly ParameterGroup[] => {
  if (decayed !== "matrices") return groups
  return groups.flatMap((group) => {
    const reached = new Set(group.names.filter((name) => isDecayed(arrays.get(name) ?? { shape: [] })))
    return [
      { ...group, names: group.names.filter((name) => reached.has(name)) },
      { ...group, names: group.names.filter((name) => !reached.has(name)), weightDecay: 0 },
    ]
  })
}
