/** Reductions over visible axes, and softmax along one of them. */
import { ShapeError } from "../errors.ts"
import * as broadcasting from "../operators/broadcasting.ts"
import * as normalization from "../operators/normalization.ts"
import * as reductions from "../operators/reductions.ts"
import { swapped } from "../operators/reshaping.ts"
import { physicalAxis, visibleRank, withRows } from "../rows.ts"
import type { Tensor } from "../tensor.ts"
import { settle } from "./align.ts"

type Axes = number | readonly number[]

const reduction =
  (name: string, build: (x: Tensor, axes: readonly number[], keep: boolean) => Tensor) =>
  (x: Tensor, axis?: Axes, keep = false): Tensor => {
    const visible = axis === undefined ? [...Array(visibleRank(x)).keys()] : typeof axis === "number" ? [axis] : axis
    const axes = visible.map((k) => physicalAxis(name, x, k)).sort((a, b) => a - b)
    return withRows(build(settle(x), axes, keep), x.rows)
  }

/** Sum over some axes, by default all visible ones. */
export const sum = reduction("sum", broadcasting.sum)
export const mean = reduction("mean", reductions.mean)
/** The gradient goes to the largest element; equal largest ones share it. */
export const max = reduction("max", reductions.max)

/** One number for the whole batch: the mean or the sum over examples (or tokens) of what remains for each. */
export const overExamples = (x: Tensor, how: "mean" | "sum" = "mean"): Tensor => {
  if (x.rows === undefined)
    throw new ShapeError("overExamples", "this tensor is the same for every example already", "use mean or sum")
  const settled = settle(x)
  const rest = settled.shape.map((_, axis) => axis)
  return withRows(how === "mean" ? reductions.mean(settled, rest) : broadcasting.sum(settled, rest), undefined)
}

/** The mean over the rows of a batch, its examples or its tokens: [...] of each -> [...], the same for all. */
export const overBatch = (x: Tensor): Tensor => {
  if (x.rows === undefined)
    throw new ShapeError("overBatch", "this tensor is the same for every example already", "use it as it is")
  return withRows(reductions.mean(settle(x), [0]), undefined)
}

/** Index of the largest element along an axis, the first of equal ones. */
export const argmax = (x: Tensor, axis = -1): Tensor =>
  withRows(reductions.argmax(settle(x), physicalAxis("argmax", x, axis)), x.rows)

const along =
  (name: string, build: (x: Tensor) => Tensor) =>
  (x: Tensor, axis = -1): Tensor => {
    const at = physicalAxis(name, x, axis)
    const last = x.shape.length - 1
    return withRows(swapped(build(swapped(settle(x), at, last)), at, last), x.rows)
  }
export const softmax = along("softmax", normalization.softmax)
export const logSoftmax = along("logSoftmax", normalization.logSoftmax)
