/**
 * The gate of ModuleFormer over experts or modules (Shen et al. 2023, arXiv 2306.04640): for each token x
 *   z = W2 GELU(W1 x + b1),  p = softmax(z);  gates: the k largest p as they are, not normalised again.
 * Losses of a batch, H: entropy, mean: over its tokens, N experts:
 *   mutual_information  lambda -(H(mean p) - mean H(p))      the load is even over tokens, each token is sure
 *   concentration       lambda H(mean p)                     few experts carry the texts (the paper's; not in the public code)
 *   switch              lambda N sum_i P_i F_i               Fedus et al. 2021, with F_i the share of i among the k chosen, and 0.1 mean (log sum exp)^2
 */
import {
  add,
  exp,
  gelu,
  log,
  logSoftmax,
  matmul,
  max,
  mul,
  neg,
  overBatch,
  scale,
  softmax,
  sub,
  sum,
  type Tensor,
} from "../tensor/index.ts"
import { largestMask } from "./gating.ts"

/** z: x [length, width], W1 [width, hidden], b1 [hidden], W2 [hidden, N] -> [length, N]. */
export const expertScores = (x: Tensor, W1: Tensor, b1: Tensor, W2: Tensor): Tensor =>
  matmul(gelu(add(matmul(x, W1), b1)), W2)

/** The k largest of p = softmax(scores) as they are, 0 for the others: [.., N] -> the same. */
export const expertGates = (scores: Tensor, k: number): Tensor => {
  const p = softmax(scores)
  return mul(p, largestMask(p, k))
}

/** Weights lambda of the losses; a loss without one does not count. */
export interface ExpertLosses {
  readonly mutual_information?: number
  readonly concentration?: number
  readonly switch?: number
}

/** The losses of one gate that count, each times its lambda; scores [length, N] of a batch's tokens, k chosen for each. */
export const expertLosses = (
  scores: Tensor,
  k: number,
  { mutual_information = 0, concentration = 0, switch: switching = 0 }: ExpertLosses,
): readonly Tensor[] => {
  const p = softmax(scores)
  const marginal = overBatch(p)
  const ofMarginal = () => neg(sum(mul(marginal, log(add(marginal, 1e-12)))))
  const terms: Tensor[] = []
  if (mutual_information > 0) {
    const ofTokens = overBatch(neg(sum(mul(p, logSoftmax(scores)), -1)))
    terms.push(scale(sub(ofTokens, ofMarginal()), mutual_information))
  }
  if (concentration > 0) terms.push(scale(ofMarginal(), concentration))
  if (switching > 0) {
    const experts = scores.shape.at(-1) as number
    const share = scale(overBatch(largestMask(p, k)), 1 / Math.min(k, experts))
    const load = scale(sum(mul(marginal, share)), experts)
    const top = max(scores, -1, true)
    const total = add(top, log(sum(exp(sub(scores, top)), -1, true)))
    terms.push(scale(add(load, scale(sum(overBatch(mul(total, total))), 0.1)), switching))
  }
  return terms
}
