/**
 * Mixtures: gates weigh the parameters of N modules, W_e = sum_n g_en W_n, and x W_e is computed without ever forming W_e.
 *
 * x W_e = sum_n g_n (x W_n): either the gates weigh the input, (g (x) x) [T, N in] times W [N in, out], or they weigh
 * the N outputs, x [in, N out] -> [T, N, out], whichever is smaller.
 */
import { type Dim, multiplyDims } from "../dimension.ts"
import { ShapeError } from "../errors.ts"
import { mul } from "../operators/arithmetic.ts"
import { sum } from "../operators/broadcasting.ts"
import { mixture as node } from "../operators/mixture.ts"
import { spread } from "../operators/packing.ts"
import { matmul as product } from "../operators/product.ts"
import { reshape, swapLast, transpose } from "../operators/reshaping.ts"
import { describe, visibleRank, withRows } from "../rows.ts"
import type { Tensor } from "../tensor.ts"
import { settle } from "./align.ts"

/** The weighted sum of module-stacked parameters. gates: [N] of an example, [length, N] of tokens, or plain [N]; stack: plain [N, ...]. */
export const mixture = (gates: Tensor, stack: Tensor): Tensor => {
  const expected = gates.rows?.of === "tokens" ? 2 : 1
  if (visibleRank(gates) !== expected)
    throw new ShapeError(
      "mixture",
      `gates are ${describe(gates)}`,
      "gates are [N], or [length, N] where each token has its own",
    )
  return withRows(node(settle(gates), settle(stack)), gates.rows)
}

/** x times a mixture of matrices by the identity above, or undefined where the mixture must be formed. */
export const matmulMixture = (
  x: Tensor,
  transposeX: boolean,
  mixed: Tensor,
  transposed: boolean,
): Tensor | undefined => {
  const [gates, parameters] = mixed.inputs
  if (
    parameters.shape.length !== 3 ||
    x.shape.length !== 2 ||
    x.rows === undefined ||
    mixed.rows === undefined ||
    transposeX
  )
    return undefined
  if (x.rows.of === "examples" && mixed.rows.of === "tokens") return undefined
  const stack = transposed ? swapLast(parameters) : parameters
  const [modules, incoming, outgoing] = stack.shape as readonly [Dim, Dim, Dim]
  const [rows, width] = x.shape
  if (width !== incoming)
    throw new ShapeError(
      "matmul",
      `${describe(x)} x ${describe(mixed)} do not fit`,
      "the columns of the first must be the rows of the second",
    )
  const weights = x.rows.of === "tokens" && mixed.rows.of === "examples" ? spread(gates, x.rows.layout) : gates
  const column = reshape(weights, [rows, modules, 1])
  if (typeof incoming === "number" && typeof outgoing === "number" && incoming <= outgoing) {
    const weighed = mul(column, reshape(x, [rows, 1, incoming]))
    const flat = reshape(weighed, [rows, multiplyDims(modules, incoming)])
    return withRows(product(flat, reshape(stack, [multiplyDims(modules, incoming), outgoing])), x.rows)
  }
  const side = reshape(transpose(stack, [1, 0, 2]), [incoming, multiplyDims(modules, outgoing)])
  const each = reshape(product(x, side), [rows, modules, outgoing])
  return withRows(sum(mul(each, column), [1]), x.rows)
}
