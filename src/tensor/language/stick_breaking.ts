/** Stick-breaking weights of attention (Tan et al. 2016; Shen et al. 2023), in place of a softmax. */
import { less, mul } from "../operators/arithmetic.ts"
import { cast, neg } from "../operators/linear.ts"
import { exp, sigmoid, softplus } from "../operators/pointwise.ts"
import { matmul } from "../operators/product.ts"
import { reshape } from "../operators/reshaping.ts"
import { range } from "../operators/sources.ts"
import type { Tensor } from "../tensor.ts"

/**
 * a_j = s(l_j) prod_{m > j} (1 - s(l_m)) along the last axis, s: the sigmoid: each key, from the last one back, takes a share
 * of what is left of a stick of length 1. Weights are not negative and sum to 1 at most. A key whose score is very small takes
 * nothing. scores [.., keys] -> the same; the product is the exponential of a sum, ln(1 - s(l)) = -softplus(l).
 */
export const stickBreaking = (scores: Tensor): Tensor => {
  const keys = scores.shape[scores.shape.length - 1]
  const place = range(keys)
  const later = cast(less(reshape(place, [1, keys]), reshape(place, [keys, 1])), "float") // [m, j]: 1 where m > j
  return mul(sigmoid(scores), exp(neg(matmul(softplus(scores), later))))
}
