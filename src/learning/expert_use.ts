/**
 * How the experts of a language model's gates are used on test texts, each text of a group (a task, or a class). Over texts i with
 * n_i predicted tokens, and with c_ie the share of expert e in what the tokens of text i chose at a gate, weighed by n_i:
 *
 *     load  exp H(c), the experts that, evenly used, have its entropy
 *     specialisation  I(expert; group) = H(c) - sum_group w_group H(c | group), in nats
 *
 * A finite sample has mutual information by chance: compare with that of groups dealt out anew among the texts.
 */
import { rawEntropy } from "./metrics/entropy.ts"

/** What the gates of a model chose. */
export interface Choices {
  /** [texts] */
  readonly predicted: Int32Array
  /** By gate, [texts, experts]. */
  readonly chosen: readonly Float32Array[]
}

/** How often each text counts. */
export type Weights = Int32Array

/** Share of each expert in the choices of all tokens at gate g: [experts]. */
export function expertShares({ chosen, predicted }: Choices, g: number, weights: Weights): Float64Array {
  const sums = new Float64Array(chosen[g].length / predicted.length)
  let total = 0
  for (let i = 0; i < predicted.length; i++) {
    const w = weights[i] * predicted[i]
    if (w === 0) continue
    total += w
    for (let e = 0; e < sums.length; e++) sums[e] += w * chosen[g][i * sums.length + e]
  }
  return sums.map((x) => x / total)
}

/** exp H(c) at gate g. */
export const expertLoad = (choices: Choices, g: number, weights: Weights): number =>
  Math.exp(rawEntropy(expertShares(choices, g, weights)))

/** I(expert; group) of the choices at gate g, in nats; `group`: of each text, from 0. */
export function sharedInformation(choices: Choices, g: number, group: Int32Array, weights: Weights): number {
  const { chosen, predicted } = choices
  const marginal = expertShares(choices, g, weights)
  const experts = marginal.length
  const groups = 1 + group.reduce((most, one) => Math.max(most, one), 0)
  const sums = new Float64Array(groups * experts)
  const totals = new Float64Array(groups)
  for (let i = 0; i < group.length; i++) {
    const w = weights[i] * predicted[i]
    if (w === 0) continue
    totals[group[i]] += w
    for (let e = 0; e < experts; e++) sums[group[i] * experts + e] += w * chosen[g][i * experts + e]
  }
  const total = totals.reduce((a, b) => a + b, 0)
  let within = 0
  for (let c = 0; c < groups; c++) {
    if (totals[c] === 0) continue
    const own = sums.subarray(c * experts, (c + 1) * experts).map((x) => x / totals[c])
    within += (totals[c] / total) * rawEntropy(own)
  }
  return Math.max(0, rawEntropy(marginal) - within)
}
