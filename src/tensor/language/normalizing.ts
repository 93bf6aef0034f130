/** Normalisation over the last axis. */
import { constant } from "../leaves.ts"
import * as physical from "../operators/normalization.ts"
import { visibleRank, withRows } from "../rows.ts"
import type { Tensor } from "../tensor.ts"
import { settle } from "./align.ts"
import { add, mul } from "./elementwise.ts"

/** gain (x - m)/sqrt(variance + epsilon) + bias (Ba et al. 2016). Gain and bias may differ between examples. */
export const layerNorm = (x: Tensor, gain: Tensor, bias: Tensor, epsilon: number): Tensor => {
  const plain = gain.rows === undefined && bias.rows === undefined && visibleRank(gain) === 1 && visibleRank(bias) === 1
  if (plain) return withRows(physical.layerNorm(settle(x), settle(gain), settle(bias), epsilon), x.rows)
  const width = x.shape[x.shape.length - 1] as number
  const [ones, zeros] = [constant(new Array(width).fill(1)), constant(new Array(width).fill(0))]
  return add(mul(layerNorm(x, ones, zeros, epsilon), gain), bias)
}

/** gain x / sqrt(mean(x^2) + epsilon) (Zhang & Sennrich 2019). The gain may differ between examples. */
export const rmsNorm = (x: Tensor, gain: Tensor, epsilon: number): Tensor => {
  if (gain.rows === undefined && visibleRank(gain) === 1)
    return withRows(physical.rmsNorm(settle(x), settle(gain), epsilon), x.rows)
  const ones = constant(new Array(x.shape[x.shape.length - 1] as number).fill(1))
  return mul(rmsNorm(x, ones, epsilon), gain)
}
