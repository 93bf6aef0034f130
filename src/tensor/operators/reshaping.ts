/** Reshape and transpose. */
import { type Dim, type Shape, sameShape, showShape, sizeOf } from "../dimension.ts"
import { ShapeError } from "../errors.ts"
import { ints } from "../onnx.ts"
import { apply, type Operator } from "../operator.ts"
import type { Tensor } from "../tensor.ts"

export const reshapeOperator: Operator = {
  name: "reshape",
  shape: ([x], { shape }) => ({ shape, dtype: x.dtype }),
  gradient: ({ node, gradient }) => [reshape(gradient, node.inputs[0].shape)],
  emit: (emitter, [x], node) =>
    node.attributes.mayBeEmpty
      ? emitter.add("Reshape", [x, emitter.shape(node.shape)])
      : emitter.reshape(x, node.inputs[0].shape, node.shape),
}

/** The same numbers in another shape of equal size. Reshapes of reshapes are one; no change is no node. */
export const reshape = (x: Tensor, shape: Shape): Tensor => {
  if (sameShape(x.shape, shape)) return x
  if (sizeOf(x.shape) !== sizeOf(shape))
    throw new ShapeError(
      "reshape",
      `${showShape(x.shape)} cannot become ${showShape(shape)}`,
      "the number of elements must stay the same",
    )
  return x.op === "reshape" ? reshape(x.inputs[0], shape) : apply(reshapeOperator, [x], { shape })
}

export const transposeOperator: Operator = {
  name: "transpose",
  shape: ([x], { permutation }) => ({ shape: permutation.map((axis: number) => x.shape[axis]), dtype: x.dtype }),
  gradient: ({ node, gradient }) => {
    const permutation = node.attributes.permutation as number[]
    return [
      transpose(
        gradient,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
    ]
  },
  emit: (emitter, [x], node) => emitter.add("Transpose", [x], { perm: ints(node.attributes.permutation as number[]) }),
}

/** Axis k of the result is axis permutation[k] of x. */
export const transpose = (x: Tensor, permutation: readonly number[]): Tensor => {
  if (permutation.every((axis, i) => axis === i)) return x
  if (x.op === "transpose") {
    const inner = x.attributes.permutation as number[]
    return transpose(
      x.inputs[0],
      permutation.map((axis) => inner[axis]),
    )
  }
  return apply(transposeOperator, [x], { permutation })
}

/** Swaps the last two axes. */
export const swapLast = (x: Tensor): Tensor => {
  const axes = x.shape.map((_, axis) => axis)
  return transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2])
}

/** A shape with a 1 put before an axis. */
export const insertOne = (shape: Shape, axis: number): Dim[] => [...shape.slice(0, axis), 1, ...shape.slice(axis)]
export const removeAxis = (shape: Shape, axis: number): Dim[] => shape.filter((_, i) => i !== axis)

/** Two axes change places. */
export const swapped = (x: Tensor, i: number, j: number): Tensor =>
  transpose(
    x,
    x.shape.map((_, axis) => (axis === i ? j : axis === j ? i : axis)),
  )
