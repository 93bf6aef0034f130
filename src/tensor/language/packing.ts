/** The operators that know of sequences: pooling, spreading, and the padded shape. */

import { sizeOf } from "../dimension.ts"
import { ShapeError } from "../errors.ts"
import { gather } from "../operators/indexing.ts"
import * as physical from "../operators/packing.ts"
import { matmul } from "../operators/product.ts"
import { reshape } from "../operators/reshaping.ts"
import { describe, lengthDim, withRows } from "../rows.ts"
import type { Rows, Tensor } from "../tensor.ts"
import { settle } from "./align.ts"

const rowsOf = (operator: string, x: Tensor, of: Rows["of"]): Rows => {
  if (x.rows?.of !== of)
    throw new ShapeError(
      operator,
      `${describe(x)} has no rows of ${of}`,
      of === "tokens" ? "give a hidden state [length, ...]" : "give a value of each example",
    )
  return x.rows
}

/** One vector of an example from its tokens: their mean, the first ([CLS]) or the last. h [length, ...] -> [...]. */
export const pool = (how: "mean" | "cls" | "last", h: Tensor): Tensor => {
  const { layout } = rowsOf("pool", h, "tokens")
  const x = settle(h)
  const rows: Rows = { of: "examples", layout }
  if (how !== "mean") return withRows(gather(x, how === "cls" ? layout.first : layout.last), rows)
  const flat = reshape(x, [x.shape[0], sizeOf(x.shape.slice(1))])
  return withRows(reshape(matmul(layout.mean, flat), ["examples", ...x.shape.slice(1)]), rows)
}

/** The value of an example at each of its tokens: v [...] -> [length, ...]. */
export const spread = (v: Tensor): Tensor => {
  const { layout } = rowsOf("spread", v, "examples")
  return withRows(physical.spread(settle(v), layout), { of: "tokens", layout })
}

/** Tokens on the padded shape: x [length, ...] -> a tensor of each example [length, ...], zeros after the last token. */
export const toPadded = (x: Tensor): Tensor => {
  const { layout } = rowsOf("toPadded", x, "tokens")
  return withRows(physical.toPadded(settle(x), layout), { of: "examples", layout })
}

/** Back from the padded shape: a tensor of each example [length, ...] -> tokens [length, ...]. */
export const fromPadded = (y: Tensor): Tensor => {
  const { layout } = rowsOf("fromPadded", y, "examples")
  if (y.shape[1] !== lengthDim(layout))
    throw new ShapeError(
      "fromPadded",
      `${describe(y)} does not begin with [length, ...]`,
      "give what toPadded gave, or a tensor of its shape",
    )
  return withRows(physical.fromPadded(settle(y), layout), { of: "tokens", layout })
}
