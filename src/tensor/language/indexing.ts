/** Operators that choose by index, as authors use them. */
import { ShapeError } from "../errors.ts"
import * as physical from "../operators/indexing.ts"
import { commonRows, describe, withRows } from "../rows.ts"
import type { Tensor } from "../tensor.ts"
import { settle } from "./align.ts"

/** Rows of a plain table: result[i..., :] = table[indices[i...], :]. The gradient adds up rows that come more than once. */
export const gather = (table: Tensor, indices: Tensor): Tensor => {
  if (table.rows)
    throw new ShapeError(
      "gather",
      `the table ${describe(table)} differs between examples`,
      "give a plain table, or multiply by oneHot(indices, n)",
    )
  return withRows(physical.gather(settle(table), indices), indices.rows)
}

/** A plain table with updates[i...] added to its row indices[i...]; repeated rows add up. */
export const scatterAdd = (into: Tensor, indices: Tensor, updates: Tensor): Tensor => {
  if (into.rows)
    throw new ShapeError("scatterAdd", `the table ${describe(into)} differs between examples`, "give a plain table")
  return withRows(physical.scatterAdd(settle(into), indices, settle(updates)), undefined)
}

/** 1 at each index of a new last axis of size n, else 0. */
export const oneHot = (indices: Tensor, n: number): Tensor => withRows(physical.oneHot(indices, n), indices.rows)

/** One element of the last axis: result[i...] = x[i..., indices[i...]]. */
export const pick = (x: Tensor, indices: Tensor): Tensor =>
  withRows(physical.pick(settle(x), indices), commonRows([x, indices]))

/** 1 where an element is among the k largest of the last axis, else 0; equal elements go to the lower index. No gradient. */
export const topKMask = (x: Tensor, k: number): Tensor => withRows(physical.topKMask(settle(x), k), x.rows)
