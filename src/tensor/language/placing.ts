/** Arrays that are zero almost everywhere. */
import { type Shape, sizeOf } from "../dimension.ts"
import { ShapeError } from "../errors.ts"
import { constant } from "../leaves.ts"
import { broadcastTo } from "../operators/broadcasting.ts"
import { scatterAdd } from "../operators/indexing.ts"
import { mixture } from "../operators/mixture.ts"
import { reshape, swapLast } from "../operators/reshaping.ts"
import { describe, withRows } from "../rows.ts"
import type { Tensor } from "../tensor.ts"

/** Zeros of some shape, with values [k] at k places, counted through all its elements. A mixture of values stays a mixture. */
export const placed = (values: Tensor, places: Tensor, shape: Shape): Tensor => {
  const size = sizeOf(shape)
  const scattered = (columns: Tensor): Tensor =>
    scatterAdd(broadcastTo(constant(0), [size, columns.shape[1]]), places, columns)
  if (values.op === "mixture") {
    const [gates, stack] = values.inputs
    const table = reshape(swapLast(scattered(swapLast(stack))), [stack.shape[0], ...shape])
    return withRows(mixture(gates, table), values.rows)
  }
  if (values.rows)
    throw new ShapeError(
      "placed",
      `the values ${describe(values)} differ between examples`,
      "give plain values, or a mixture",
    )
  return reshape(scattered(reshape(values, [values.shape[0], 1])), shape)
}
