/** Normalisation over the last axis. */
import { constant } from "../leaves.ts"
import * as physical from "../operators/normalization.ts"
import { visibleRank, withRows } from "../rows.ts"
import type { Tensor } from "../tensor.ts"
import { settle } from "./align.ts"
import { add, div, mul, sqrt } from "./elementwise.ts"
import { mean } from "./reducing.ts"

/** gain (x - m)/sqrt(variance + epsilon) + bias (Ba et al. 2016). Gain and bias may differ between examples. */
export const layerNorm = (x: Tensor, gain: Tensor, bias: Tensor, epsilon: number): Tensor => {
  const plain = gain.rows === undefined && bias.rows === undefined && visibleRank(gain) === 1 && visibleRank(bias) === 1
  if (plain) return withRows(physical.layerNorm(settle(x), settle(gain), settle(bias), epsilon), x.rows)
  const width = x.shape[x.shape.length - 1] as number
  const [ones, zeros] = [constant(new Array(width).fill(1)), constant(new Array(width).fill(0))]
  return add(mul(layerNorm(x, ones, zeros, epsilon), gain), bias)
}

/** gain x / sqrt(mean(x^2) + epsilon) (Zhang & Sennrich 2019). */
export const rmsNorm = (x: Tensor, gain: Tensor, epsilon: number): Tensor =>
  mul(div(x, sqrt(add(mean(mul(x, x), -1, true), epsilon))), gain)
