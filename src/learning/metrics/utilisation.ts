/** How the load spreads over the modules, and how much the choice of module tells apart the inputs. */
import { type MetricDefinition, significant } from "./definition.ts"
import { rawEntropy } from "./entropy.ts"
import { SHARES, shares } from "./shares.ts"

export const utilisationDefinition: MetricDefinition = {
  name: "utilisation",
  version: 2,
  unit: "fraction",
  formula: `p̄_i = E[α̃_i], ${SHARES}; mean over the examples of a task, then over tasks`,
  reference: "Shen et al. 2023 (ModuleFormer)",
}

export const mutualInformationDefinition: MetricDefinition = {
  name: "mutual_information",
  version: 2,
  unit: "nats",
  formula: `MI = H(p̄) - E[H(α̃)], ${SHARES}; E over the examples of a task, then over tasks`,
  reference: "Shen et al. 2023 (ModuleFormer), with the sign that is large for decided and varied routing",
}

/** Mean shares [modules] over gates [examples][modules] of one unit. */
export function utilisation(gates: readonly ArrayLike<number>[]): Float64Array {
  const mean = new Float64Array(gates.length === 0 ? 0 : gates[0].length)
  for (const example of gates) {
    const share = shares(example)
    for (let i = 0; i < mean.length; i++) mean[i] += share[i]
  }
  for (let i = 0; i < mean.length; i++) mean[i] /= gates.length
  return mean
}

/** In [0, log modules], six significant digits: 0 where every example gets the same gates. */
export function mutualInformation(gates: readonly ArrayLike<number>[]): number {
  if (gates.length === 0) return 0
  let within = 0
  for (const example of gates) within += rawEntropy(shares(example))
  const between = rawEntropy(utilisation(gates)) - within / gates.length
  return between < 1e-12 ? 0 : significant(between)
}
