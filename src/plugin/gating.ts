/** Formulas that many routers share. */
import { constant, layerNorm, scale, softmax, stopGradient, sub, type Tensor, topKMask } from "../tensor/index.ts"

/** softmax(scores / temperature) over the k largest of the last axis, zero elsewhere; over all where k reaches them. */
export const softmaxOfLargest = (scores: Tensor, k: number, temperature = 1): Tensor => {
  const scaled = scale(scores, 1 / temperature)
  if (k >= (scores.shape.at(-1) as number)) return softmax(scaled)
  return softmax(sub(scaled, scale(sub(1, largestMask(scores, k)), 1e9)))
}

/** 1 where an element is among the k largest of the last axis (of all, where there are no more), else 0. A constant for gradients. */
export const largestMask = (x: Tensor, k: number): Tensor =>
  topKMask(stopGradient(x), Math.min(k, x.shape.at(-1) as number))

/** 1 at the largest element of the last axis, at the second largest, to the k-th; of equals the first counts as larger. Constants for gradients. */
export const largestMasks = (x: Tensor, k: number): readonly Tensor[] => {
  const upTo = Array.from({ length: k }, (_, i) => largestMask(x, i + 1))
  return upTo.map((mask, i) => (i === 0 ? mask : sub(mask, upTo[i - 1])))
}

/** Layer normalisation without gain and bias, along the last axis. */
export const standardised = (x: Tensor, epsilon = 1e-5): Tensor => {
  const width = x.shape.at(-1) as number
  return layerNorm(x, constant(new Array(width).fill(1)), constant(new Array(width).fill(0)), epsilon)
}
