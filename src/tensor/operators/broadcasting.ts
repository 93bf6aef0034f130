/** Broadcasting, and its gradient: the sum over what was repeated. */
import { broadcastShapes, type Shape, sameShape, showShape } from "../dimension.ts"
import { ShapeError } from "../errors.ts"
import { int } from "../onnx.ts"
import { apply, type Operator } from "../operator.ts"
import type { Tensor } from "../tensor.ts"
import { reshape } from "./reshaping.ts"

export const broadcastToOperator: Operator = {
  name: "broadcastTo",
  shape: ([x], { shape }) => ({ shape, dtype: x.dtype }),
  gradient: ({ node, gradient }) => [sumTo(gradient, node.inputs[0].shape)],
  emit: (emitter, [x], node) => emitter.add("Expand", [x, emitter.shape(node.shape)]),
}

/** Repeats x along missing axes and axes of size 1, by trailing axes. */
export const broadcastTo = (x: Tensor, shape: Shape): Tensor => {
  if (sameShape(x.shape, shape)) return x
  const common = broadcastShapes(x.shape, shape)
  if (common === undefined || !sameShape(common, shape))
    throw new ShapeError("broadcastTo", `${showShape(x.shape)} does not broadcast to ${showShape(shape)}`)
  return apply(broadcastToOperator, [x.op === "broadcastTo" ? x.inputs[0] : x], { shape })
}

export const sumOperator: Operator = {
  name: "sum",
  shape: ([x], { axes, keep }) => ({ shape: reducedShape(x.shape, axes, keep), dtype: x.dtype }),
  gradient: ({ node, gradient }) => [spreadBack(gradient, node)],
  emit: (emitter, [x], node) =>
    emitter.add("ReduceSum", [x, emitter.ints(node.attributes.axes as number[])], {
      keepdims: int(node.attributes.keep ? 1 : 0),
    }),
}

/** Sum over axes. */
export const sum = (x: Tensor, axes: readonly number[], keep = false): Tensor =>
  axes.length === 0 ? x : apply(sumOperator, [x], { axes, keep })

export const reducedShape = (shape: Shape, axes: readonly number[], keep: boolean): Shape =>
  keep ? shape.map((dim, i) => (axes.includes(i) ? 1 : dim)) : shape.filter((_, i) => !axes.includes(i))

/** The gradient of a reduction's result, repeated over what was reduced. */
export const spreadBack = (gradient: Tensor, node: Tensor): Tensor => {
  const from = node.inputs[0].shape
  if (gradient.shape.length === 0) return broadcastTo(gradient, from)
  const kept = reshape(gradient, reducedShape(from, node.attributes.axes as number[], true))
  return broadcastTo(kept, from)
}

/** Sums x over whatever a shape was repeated along to become x's shape. */
export const sumTo = (x: Tensor, shape: Shape): Tensor => {
  if (sameShape(x.shape, shape)) return x
  const lead = x.shape.length - shape.length
  const axes = x.shape.map((_, i) => i).filter((i) => i < lead || (shape[i - lead] === 1 && x.shape[i] !== 1))
  const summed = sum(x, axes, false)
  return reshape(summed, shape)
}
