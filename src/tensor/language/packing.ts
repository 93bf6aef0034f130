/** The operators that know of sequences: pooling, spreading, and the padded shape. */

import { sizeOf } from "../dimension.ts"
import { ShapeError } from "../errors.ts"
import { constant } from "../leaves.ts"
import { add, less, sub } from "../operators/arithmetic.ts"
import { gather } from "../operators/indexing.ts"
import { cast, scale } from "../operators/linear.ts"
import * as physical from "../operators/packing.ts"
import { matmul } from "../operators/product.ts"
import { max } from "../operators/reductions.ts"
import { reshape } from "../operators/reshaping.ts"
import { range } from "../operators/sources.ts"
import { describe, lengthDim, withRows } from "../rows.ts"
import type { Layout, Rows, Tensor } from "../tensor.ts"
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

/**
 * One vector of an example from its tokens: their mean, the largest of each number, the first ([CLS]) or the last.
 * h [length, ...] -> [...]. Where an answer follows, the tokens are those of the text before it.
 */
export const pool = (how: "mean" | "max" | "cls" | "last", h: Tensor): Tensor => {
  const { layout } = rowsOf("pool", h, "tokens")
  const x = settle(h)
  const rows: Rows = { of: "examples", layout }
  if (how === "max") return withRows(largest(x, layout), rows)
  if (how !== "mean") return withRows(gather(x, how === "cls" ? layout.first : layout.last), rows)
  const flat = reshape(x, [x.shape[0], sizeOf(x.shape.slice(1))])
  return withRows(reshape(matmul(layout.mean, flat), ["examples", ...x.shape.slice(1)]), rows)
}

/** Added where there is no token: below every number of a state. */
const ABSENT = -1e30

/** [tokens, ...] -> [examples, ...] */
const largest = (x: Tensor, layout: Layout): Tensor => {
  const after = cast(less(physical.spread(layout.last, layout), range(x.shape[0])), "float")
  const present = physical.toPadded(sub(constant(1), after), layout)
  const shape = [...present.shape, ...x.shape.slice(1).map(() => 1)]
  const absent = scale(reshape(sub(present, constant(1)), shape), -ABSENT)
  return max(add(physical.toPadded(x, layout), absent), [1])
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
