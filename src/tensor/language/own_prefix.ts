/**
 * A prefix that differs between the tokens of an example: each token sees P keys and values of its own besides the
 * tokens, as where every token has gates that weigh the prefixes of a library.
 */
import { scale } from "../operators/linear.ts"
import { fromPadded, toPadded } from "../operators/packing.ts"
import { matmul } from "../operators/product.ts"
import { reshape, transpose } from "../operators/reshaping.ts"
import type { Layout, Tensor } from "../tensor.ts"

/** q [tokens, d], keys [tokens, P, d/heads * groups] -> scores [examples, heads, length, P]. */
export const ownScores = (
  q: Tensor,
  keys: Tensor,
  heads: number,
  groups: number,
  layout: Layout,
  factor: number,
): Tensor => {
  const [tokens, width] = q.shape as [string, number]
  const queries = reshape(q, [tokens, groups, heads / groups, width / heads])
  const scores = scale(matmul(queries, inGroups(keys, groups), { transposeB: true }), factor)
  return transpose(toPadded(reshape(scores, [tokens, heads, keys.shape[1]]), layout), [0, 2, 1, 3])
}

/** weights [examples, heads, length, P], values [tokens, P, d/heads * groups] -> [tokens, d]. */
export const ownMixed = (weights: Tensor, values: Tensor, heads: number, groups: number, layout: Layout): Tensor => {
  const [tokens, size, width] = values.shape as [string, number, number]
  const flat = fromPadded(transpose(weights, [0, 2, 1, 3]), layout)
  const mixed = matmul(reshape(flat, [tokens, groups, heads / groups, size]), inGroups(values, groups))
  return reshape(mixed, [tokens, (width / groups) * heads])
}

/** [tokens, P, groups * d] -> [tokens, groups, P, d]. */
const inGroups = (x: Tensor, groups: number): Tensor => {
  const [tokens, size, width] = x.shape
  return transpose(reshape(x, [tokens, size, groups, (width as number) / groups]), [0, 2, 1, 3])
}
