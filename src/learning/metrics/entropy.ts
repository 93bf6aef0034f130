/** Entropy of gates: 0 where one module gets all, 1 where all get the same. Rounded to six significant digits. */
import { type MetricDefinition, significant } from "./definition.ts"
import { SHARES, shares } from "./shares.ts"

export const normalisedEntropyDefinition: MetricDefinition = {
  name: "normalised_entropy",
  version: 2,
  unit: "fraction",
  formula: `H = -Σ α̃_i log α̃_i / log t, ${SHARES}; mean over units, macro over tasks`,
  reference: "Shannon 1948, over t modules",
}

export const bernoulliEntropyDefinition: MetricDefinition = {
  name: "bernoulli_entropy",
  version: 1,
  unit: "nats",
  formula: "Σ_i -p_i log p_i - (1-p_i) log(1-p_i), p_i = σ(z_i); not comparable with the normalised entropy",
  reference: "relaxed Bernoulli gates, Maddison et al. 2017",
}

/** H/log t in [0, 1] of gates [t]; 0 for one module, and where all gates are 0. */
export function normalisedEntropy(gates: ArrayLike<number>): number {
  if (gates.length < 2 || Array.from(gates).every((gate) => gate === 0)) return 0
  return significant(Math.min(1, rawEntropy(shares(gates)) / Math.log(gates.length)))
}

/** Sum over modules of the entropy of independent gates that are open with probability p_i in [0, 1]; nats. */
export function bernoulliEntropy(probabilities: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < probabilities.length; i++) sum += surprise(probabilities[i]) + surprise(1 - probabilities[i])
  return significant(sum)
}

/** -Σ p log p in nats, unrounded. */
export function rawEntropy(p: ArrayLike<number>): number {
  let entropy = 0
  for (let i = 0; i < p.length; i++) entropy += surprise(p[i])
  return entropy
}

function surprise(p: number): number {
  return p > 0 ? -p * Math.log(p) : 0
}
