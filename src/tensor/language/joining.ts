/**
 * Virtual tokens: n further tokens before those of every text. In memory they lie after the tokens of all texts, so that
 * the rows of these stay where they were; only the padded shape and the masks say that they come first.
 */
import { type Dim, multiplyDims } from "../dimension.ts"
import { ShapeError } from "../errors.ts"
import { constant } from "../leaves.ts"
import { add, greater, less, mul, sub } from "../operators/arithmetic.ts"
import { broadcastTo } from "../operators/broadcasting.ts"
import { concat } from "../operators/cutting.ts"
import { cast } from "../operators/linear.ts"
import { reshape } from "../operators/reshaping.ts"
import { countOf, range } from "../operators/sources.ts"
import { describe, lengthDim, visibleShape, withRows } from "../rows.ts"
import type { Layout, Tensor } from "../tensor.ts"
import { settle } from "./align.ts"

export interface Joined {
  /** [n + length, width] */
  readonly tokens: Tensor
  /** int [n + length]: 0, ..., n - 1, and those of the text moved up by n. */
  readonly positions: Tensor
}

/**
 * Tokens [n, width], plain or of each example, before the tokens x [length, width] of its text. The result has a layout of
 * its own, in which `pool` reads the text alone: its mean, its first and its last token.
 */
export const withVirtualTokens = (x: Tensor, positions: Tensor, virtual: Tensor): Joined => {
  const [count, width] = visibleShape(virtual)
  if (x.rows?.of !== "tokens" || virtual.rows?.of === "tokens" || typeof count !== "number" || width !== x.shape[1])
    throw new ShapeError(
      "withVirtualTokens",
      `${describe(virtual)} cannot stand before ${describe(x)}`,
      "give tokens [n, width] that are as wide as those of the text",
    )
  const layout = joinedLayout(x.rows.layout, count)
  const rows = { of: "tokens", layout } as const
  const all = multiplyDims("examples", count)
  const each = broadcastTo(settle(virtual), ["examples", count, width])
  const own = reshape(broadcastTo(range(count), ["examples", count]), [all])
  return {
    tokens: withRows(concat([settle(x), reshape(each, [all, width])], 0), rows),
    positions: withRows(concat([add(withRows(positions, undefined), constant(count, "int")), own], 0), rows),
  }
}

const joinedLayout = (layout: Layout, count: number): Layout => {
  const { segment, pad, unpad, mask, mean } = layout
  const all = multiplyDims("examples", count)
  const examples = reshape(range("examples"), ["examples", 1])
  const owner = reshape(broadcastTo(examples, ["examples", count]), [all])
  const added = sizeOf(all)
  const absent = cast(less(mask, constant(0.5)), "int")
  const first = reshape(add(range(all), sizeOf(segment.shape[0])), ["examples", count])
  const ofText = add(unpad, add(scaled(segment, count), constant(count, "int")))
  const ofVirtual = add(range(all), mul(owner, sizeOf(lengthDim(layout))))
  const theirs = reshape(owner, [1, all])
  const isTheirs = sub(constant(1), add(asFloat(less(theirs, examples)), asFloat(less(examples, theirs))))
  const isText = layout.member ?? asFloat(greater(mean, constant(0)))
  return {
    segment: concat([segment, owner], 0),
    pad: concat([first, add(pad, mul(absent, added))], 1),
    unpad: concat([ofText, ofVirtual], 0),
    mask: concat([broadcastTo(constant(1), ["examples", count]), mask], 1),
    mean: concat([mean, broadcastTo(constant(0), ["examples", all])], 1),
    member: concat([isText, isTheirs], 1),
    first: layout.first,
    last: layout.last,
  }
}

const asFloat = (x: Tensor): Tensor => cast(x, "float")
const sizeOf = (dim: Dim): Tensor => cast(countOf(dim), "int")
const scaled = (x: Tensor, factor: number): Tensor => mul(x, constant(factor, "int"))
