/**
 * Rows: authors write for one example; the batch is packed.
 *
 * The tokens of all examples lie in one [tokens, width] array without padding. A tensor whose rows are `tokens` is
 * [length, ...] to the author and [tokens, ...] in memory. One whose rows are `examples` has a hidden leading axis:
 * [...] to the author, [examples, ...] in memory. A tensor without rows is the same for every example.
 */
import { type Dim, type Shape, showShape } from "./dimension.ts"
import { ShapeError } from "./errors.ts"
import type { Layout, Rows, Tensor } from "./tensor.ts"

/** The first physical dimension: over examples, or over the tokens of a layout. */
export const leadingDim = ({ of, layout }: Rows): Dim => (of === "examples" ? of : layout.segment.shape[0])

/** How many tokens the longest text of a layout has. */
export const lengthDim = (layout: Layout): Dim => layout.pad.shape[1]

/** The shape as the author sees it. */
export const visibleShape = (x: Tensor): Shape =>
  x.rows === undefined ? x.shape : x.rows.of === "tokens" ? ["length", ...x.shape.slice(1)] : x.shape.slice(1)

/** Number of axes that the author sees. */
export const visibleRank = (x: Tensor): number => x.shape.length - (x.rows?.of === "examples" ? 1 : 0)

export const describe = (x: Tensor): string =>
  `${showShape(visibleShape(x))}${x.rows ? (x.rows.of === "tokens" ? " (tokens)" : " (one per example)") : ""}`

/** A shape given by an author, or physically, in its physical form. */
export const physicalShape = (what: string, shape: Shape, rows: Rows | undefined): Shape => {
  if (rows === undefined || shape[0] === leadingDim(rows)) return shape
  if (rows.of === "examples") return ["examples", ...shape]
  if (shape[0] === "length" || shape[0] === "tokens" || shape[0] === -1) return [leadingDim(rows), ...shape.slice(1)]
  throw new ShapeError(
    what,
    `${showShape(shape)} has rows of tokens but does not begin with "length"`,
    'write ["length", ...]',
  )
}

/** The physical axis of an axis that an author names. Tokens may not be reduced, moved or cut by ordinary operators. */
export const physicalAxis = (
  operator: string,
  x: Tensor,
  axis: number,
  options: { end?: boolean; first?: boolean } = {},
): number => {
  const rank = visibleRank(x) + (options.end ? 1 : 0)
  const visible = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(axis) || visible < 0 || visible >= rank)
    throw new ShapeError(
      operator,
      `axis ${axis} of ${describe(x)} does not exist`,
      `axes go from ${-rank} to ${rank - 1}`,
    )
  if (x.rows?.of === "tokens" && visible === 0 && !options.first)
    throw new ShapeError(
      operator,
      `the first axis of ${describe(x)} runs over the tokens of an example, which lie packed`,
      `use pool("mean" | "cls" | "last", h) to reduce over tokens, or toPadded(h) to work on [length, ...]`,
    )
  return x.rows?.of === "examples" ? visible + 1 : visible
}

/** The rows of a result, given those of its operands: tokens if any has tokens, else examples if any has examples. */
export const commonRows = (xs: readonly Tensor[]): Rows | undefined => {
  let common: Rows | undefined
  for (const { rows } of xs) {
    if (rows === undefined) continue
    if (common === undefined || (common.of === "examples" && rows.of === "tokens")) common = rows
  }
  return common
}

/** The shape of an examples tensor with ones after the hidden axis, so that it has `rank` visible axes. */
export const liftedShape = (shape: Shape, rank: number): Shape => {
  const ones: Dim[] = new Array(Math.max(0, rank - (shape.length - 1))).fill(1)
  return [shape[0], ...ones, ...shape.slice(1)]
}

/** The same value, seen with other rows. */
export const withRows = (x: Tensor, rows: Rows | undefined): Tensor => {
  if (x.rows === rows) return x
  const { rows: _, ...bare } = x
  return rows ? { ...bare, rows } : bare
}
