/** Losses, each one number for the batch, and the cosine similarity. */
import { ShapeError } from "../errors.ts"
import { commonRows, describe, visibleRank } from "../rows.ts"
import type { Tensor } from "../tensor.ts"
import { add, div, maximum, mul, neg, sqrt, sub } from "./elementwise.ts"
import { pick } from "./indexing.ts"
import { matmul } from "./matmul.ts"
import { logSoftmax, mean, overExamples, sum } from "./reducing.ts"

const average = (x: Tensor): Tensor => (x.rows ? overExamples(x) : mean(x))
const total = (x: Tensor): Tensor => (x.rows ? overExamples(x, "sum") : sum(x))

/**
 * -log softmax(logits)[label] of each example (or token). logits [..., classes], labels int [...]. With `smoothing` e
 * (Szegedy et al. 2016, arXiv 1512.00567) a label is (1 - e) of its class and e spread evenly over all classes. Where `among` [..., classes]
 * is 0 a class is as good as impossible: only those where it is 1 have a part in it.
 */
export const crossEntropies = (logits: Tensor, labels: Tensor, smoothing = 0, among?: Tensor): Tensor => {
  if (labels.dtype !== "int")
    throw new ShapeError("crossEntropy", `labels are ${labels.dtype}`, "give the number of the class as int")
  if (commonRows([logits, labels])?.of !== logits.rows?.of || visibleRank(labels) !== visibleRank(logits) - 1)
    throw new ShapeError(
      "crossEntropy",
      `labels ${describe(labels)} do not fit logits ${describe(logits)}`,
      "give one label for each row of logits",
    )
  const likelihoods = logSoftmax(among ? add(logits, mul(sub(among, 1), 1e9)) : logits)
  const ofLabels = neg(pick(likelihoods, labels))
  if (smoothing === 0) return ofLabels
  const spread = among ? div(sum(mul(likelihoods, among), -1), sum(among, -1)) : mean(likelihoods, -1)
  return sub(mul(ofLabels, 1 - smoothing), mul(spread, smoothing))
}

/**
 * The mean of the cross-entropies over examples (or tokens). With weights (of the labels' shape) the weighted mean; a weight of 0
 * leaves an example out.
 */
export const crossEntropy = (logits: Tensor, labels: Tensor, weights?: Tensor, smoothing = 0): Tensor => {
  const losses = crossEntropies(logits, labels, smoothing)
  return weights ? div(total(mul(losses, weights)), total(weights)) : average(losses)
}

/** Mean of (a - b)^2 over everything. */
export const mse = (a: Tensor, b: Tensor): Tensor => {
  const difference = sub(a, b)
  return average(mul(difference, difference))
}

/**
 * a . b / (|a| |b|) along the last axis. A vector of each example or token against a plain matrix [N, d] gives N
 * similarities; otherwise a and b broadcast.
 */
export const cosineSimilarity = (a: Tensor, b: Tensor): Tensor => {
  if (a.rows === undefined && b.rows) return cosineSimilarity(b, a)
  const unit = (x: Tensor) => div(x, sqrt(maximum(sum(mul(x, x), -1, true), 1e-24)))
  const against = b.rows === undefined && b.shape.length === 2 && a.rows !== undefined && a.shape.length === 2
  return against ? matmul(unit(a), unit(b), { transposeB: true }) : sum(mul(unit(a), unit(b)), -1)
}
