/** Mean, maximum and arg max along axes. The sum stands with broadcasting, whose gradient it is. */
import { sizeOf } from "../dimension.ts"
import { int } from "../onnx.ts"
import { apply, type Operator } from "../operator.ts"
import type { Tensor } from "../tensor.ts"
import { div, equal, mul } from "./arithmetic.ts"
import { reducedShape, spreadBack, sum } from "./broadcasting.ts"
import { cast, scale } from "./linear.ts"
import { removeAxis, reshape } from "./reshaping.ts"
import { countOf } from "./sources.ts"

export const meanOperator: Operator = {
  name: "mean",
  shape: ([x], { axes, keep }) => ({ shape: reducedShape(x.shape, axes, keep), dtype: x.dtype }),
  gradient: ({ node, gradient }) => {
    const from = node.inputs[0].shape
    const count = sizeOf((node.attributes.axes as number[]).map((axis) => from[axis]))
    const share = typeof count === "number" ? scale(gradient, 1 / count) : div(gradient, countOf(count))
    return [spreadBack(share, node)]
  },
  emit: (emitter, [x], node) =>
    emitter.add("ReduceMean", [x, emitter.ints(node.attributes.axes as number[])], {
      keepdims: int(node.attributes.keep ? 1 : 0),
    }),
}
export const mean = (x: Tensor, axes: readonly number[], keep = false): Tensor =>
  axes.length === 0 ? x : apply(meanOperator, [x], { axes, keep })

/** The gradient goes to the largest element; equal largest elements share it. */
export const maxOperator: Operator = {
  name: "max",
  shape: ([x], { axes, keep }) => ({ shape: reducedShape(x.shape, axes, keep), dtype: x.dtype }),
  gradient: ({ node, gradient }) => {
    const [x] = node.inputs
    const axes = node.attributes.axes as number[]
    const kept = reducedShape(x.shape, axes, true)
    const largest = cast(equal(x, reshape(node, kept)), "float")
    return [mul(largest, div(reshape(gradient, kept), sum(largest, axes, true)))]
  },
  emit: (emitter, [x], node) =>
    emitter.add("ReduceMax", [x, emitter.ints(node.attributes.axes as number[])], {
      keepdims: int(node.attributes.keep ? 1 : 0),
    }),
}
export const max = (x: Tensor, axes: readonly number[], keep = false): Tensor =>
  axes.length === 0 ? x : apply(maxOperator, [x], { axes, keep })

export const argmaxOperator: Operator = {
  name: "argmax",
  shape: ([x], { axis }) => ({ shape: removeAxis(x.shape, axis), dtype: "int" }),
  emit: (emitter, [x], node) =>
    emitter.add("ArgMax", [x], { axis: int(node.attributes.axis as number), keepdims: int(0) }),
}
/** Index of the largest element, the first of equal ones. */
export const argmax = (x: Tensor, axis: number): Tensor => apply(argmaxOperator, [x], { axis })
