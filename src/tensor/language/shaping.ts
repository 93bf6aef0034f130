/** Operators that change shapes, on visible axes. */
import { addDims, type Dim, multiplyDims, type Shape, sizeOf, termsOf } from "../dimension.ts"
import { ShapeError } from "../errors.ts"
import * as physical from "../operators/broadcasting.ts"
import * as cutting from "../operators/cutting.ts"
import { mixture } from "../operators/mixture.ts"
import { spread } from "../operators/packing.ts"
import * as reshaping from "../operators/reshaping.ts"
import {
  commonRows,
  describe,
  leadingDim,
  liftedShape,
  physicalAxis,
  physicalShape,
  visibleRank,
  withRows,
} from "../rows.ts"
import type { Tensor } from "../tensor.ts"
import { present, settle } from "./align.ts"

/** Axis k of the result is axis permutation[k] of x; by default the last two axes change places. A mixture stays a mixture. */
export const transpose = (x: Tensor, permutation?: readonly number[]): Tensor => {
  present(x)
  const rank = visibleRank(x)
  if (permutation === undefined && rank < 2)
    throw new ShapeError("transpose", `${describe(x)} has no two axes to swap`, "give a matrix, or a permutation")
  const axes = permutation ?? [...Array(rank - 2).keys(), rank - 1, rank - 2]
  if (axes.length !== rank || [...axes].sort((a, b) => a - b).some((axis, i) => axis !== i))
    throw new ShapeError(
      "transpose",
      `[${axes.join(", ")}] is not a permutation of the axes of ${describe(x)}`,
      `give each of 0 to ${rank - 1} once`,
    )
  if (x.rows?.of === "tokens" && axes[0] !== 0) physicalAxis("transpose", x, 0)
  if (x.op === "mixture" && x.rows?.of === "examples")
    return withRows(
      mixture(x.inputs[0], reshaping.transpose(x.inputs[1], [0, ...axes.map((axis) => axis + 1)])),
      x.rows,
    )
  const moved = x.rows?.of === "examples" ? [0, ...axes.map((axis) => axis + 1)] : axes
  return withRows(reshaping.transpose(settle(x), moved), x.rows)
}

/** The same numbers in another visible shape; one dimension may be -1. */
export const reshape = (x: Tensor, shape: Shape): Tensor => {
  const target = shape.map((dim, i) =>
    x.rows?.of === "tokens" && i === 0 && (dim === -1 || dim === "length") ? leadingDim(x.rows) : dim,
  )
  const open = target.indexOf(-1)
  if (open >= 0) target[open] = missing(visibleSize(x), sizeOf(target.filter((_, i) => i !== open)), x, shape)
  return withRows(reshaping.reshape(settle(x), physicalShape("reshape", target, x.rows)), x.rows)
}

const visibleSize = (x: Tensor): Dim => sizeOf(x.rows?.of === "examples" ? x.shape.slice(1) : x.shape)

/** size / known, where that is a dimension. */
const missing = (size: Dim, known: Dim, x: Tensor, shape: Shape): Dim => {
  const [terms, [divisor, ...rest]] = [termsOf(size), termsOf(known)]
  const quotients = terms.map(({ coefficient, names }) => {
    const left = [...names]
    for (const name of divisor.names) left.splice(left.indexOf(name) < 0 ? left.length : left.indexOf(name), 1)
    const value = coefficient / divisor.coefficient
    const whole = Number.isInteger(value) && left.length === names.length - divisor.names.length && rest.length === 0
    if (!whole)
      throw new ShapeError(
        "reshape",
        `${describe(x)} cannot become [${shape.join(", ")}]`,
        "the number of elements must stay the same",
      )
    return left.reduce<Dim>(multiplyDims, value)
  })
  return quotients.reduce((a, b) => addDims(a, b), 0 as Dim)
}

/** A new axis of size 1. */
export const unsqueeze = (x: Tensor, axis: number): Tensor => {
  const at = physicalAxis("unsqueeze", x, axis, { end: true })
  return withRows(reshaping.reshape(settle(x), reshaping.insertOne(x.shape, at)), x.rows)
}

/** Removes an axis of size 1. */
export const squeeze = (x: Tensor, axis: number): Tensor => {
  const at = physicalAxis("squeeze", x, axis)
  if (x.shape[at] !== 1)
    throw new ShapeError(
      "squeeze",
      `axis ${axis} of ${describe(x)} is ${x.shape[at]}, not 1`,
      "reduce or slice it first",
    )
  return withRows(reshaping.reshape(settle(x), reshaping.removeAxis(x.shape, at)), x.rows)
}

/** Repeats x along missing axes and axes of size 1. */
export const broadcastTo = (x: Tensor, shape: Shape): Tensor => {
  const target = physicalShape("broadcastTo", shape, x.rows)
  const lifted =
    x.rows?.of === "examples" ? reshaping.reshape(settle(x), liftedShape(x.shape, target.length - 1)) : settle(x)
  return withRows(physical.broadcastTo(lifted, target), x.rows)
}

/** Elements start to end (exclusive) of an axis; negative positions count from the end. */
export const slice = (x: Tensor, axis: number, start: number, end?: number): Tensor => {
  const at = physicalAxis("slice", x, axis)
  const size = x.shape[at]
  const position = (value: Dim) => (typeof value === "number" && value < 0 ? addDims(size, value) : value)
  const [from, to] = [position(start), position(end ?? size)]
  if (
    typeof size === "number" &&
    !(0 <= (from as number) && (from as number) <= (to as number) && (to as number) <= size)
  )
    throw new ShapeError(
      "slice",
      `${start} to ${end ?? "the end"} is not within axis ${axis} of ${describe(x)}`,
      `positions go from 0 to ${size}`,
    )
  return withRows(cutting.slice(settle(x), at, from, to), x.rows)
}

/** Joins tensors along an axis. Parameters are repeated for each example, examples for each of their tokens. */
export const concat = (xs: readonly Tensor[], axis: number): Tensor => {
  if (xs.length === 0) throw new ShapeError("concat", "there is nothing to concatenate", "give at least one tensor")
  const rows = commonRows(xs)
  const leading = xs.find((x) => x.rows === rows) as Tensor
  const same = xs.map((x) => {
    const settled = settle(x)
    if (rows === undefined || x.rows?.of === rows.of) return settled
    if (rows.of === "examples") return physical.broadcastTo(settled, ["examples", ...x.shape])
    return x.rows ? spread(settled, rows.layout) : physical.broadcastTo(settled, [leadingDim(rows), ...x.shape])
  })
  return withRows(cutting.concat(same, physicalAxis("concat", leading, axis)), rows)
}

/** Joins tensors of one shape along a new axis. */
export const stack = (xs: readonly Tensor[], axis = 0): Tensor =>
  concat(
    xs.map((x) => unsqueeze(x, axis)),
    axis,
  )
