/** Slices, zero padding and concatenation along one axis. */
import { addDims, type Dim, sameShape, showShape } from "../dimension.ts"
import { ShapeError } from "../errors.ts"
import { int } from "../onnx.ts"
import { apply, type Operator } from "../operator.ts"
import type { Tensor } from "../tensor.ts"
import { removeAxis } from "./reshaping.ts"

export const sliceOperator: Operator = {
  name: "slice",
  shape: ([x], { axis, start, end }) => ({ shape: x.shape.with(axis, addDims(end, start, -1)), dtype: x.dtype }),
  gradient: ({ node, gradient }) => {
    const { axis, start, end } = node.attributes as unknown as { axis: number; start: Dim; end: Dim }
    return [padAxis(gradient, axis, start, addDims(node.inputs[0].shape[axis], end, -1))]
  },
  emit: (emitter, [x], node) => {
    const { axis, start, end } = node.attributes as unknown as { axis: number; start: Dim; end: Dim }
    return emitter.add("Slice", [x, emitter.dim(start), emitter.dim(end), emitter.ints([axis])])
  },
}

/** Elements start (inclusive) to end (exclusive) of an axis. */
export const slice = (x: Tensor, axis: number, start: Dim, end: Dim): Tensor =>
  start === 0 && end === x.shape[axis] ? x : apply(sliceOperator, [x], { axis, start, end })

export const padAxisOperator: Operator = {
  name: "padAxis",
  shape: ([x], { axis, before, after }) => ({
    shape: x.shape.with(axis, addDims(addDims(before, x.shape[axis]), after)),
    dtype: x.dtype,
  }),
  gradient: ({ node, gradient }) => {
    const { axis, before } = node.attributes as unknown as { axis: number; before: Dim }
    return [slice(gradient, axis, before, addDims(before, node.inputs[0].shape[axis]))]
  },
  emit: (emitter, [x], node) => {
    const { axis, before, after } = node.attributes as unknown as { axis: number; before: Dim; after: Dim }
    // Of all axes: where a transpose comes before it, onnxruntime moves that behind and permutes as many numbers.
    const zeros: Dim[] = node.shape.map(() => 0)
    return emitter.add("Pad", [
      x,
      emitter.shape([...zeros.with(axis, before), ...zeros.with(axis, after)]),
      emitter.scalar(0),
    ])
  },
}

/** Zeros before and after, along one axis. */
export const padAxis = (x: Tensor, axis: number, before: Dim, after: Dim): Tensor =>
  before === 0 && after === 0 ? x : apply(padAxisOperator, [x], { axis, before, after })

export const concatOperator: Operator = {
  name: "concat",
  shape: (xs, { axis }) => ({
    shape: xs[0].shape.with(
      axis,
      xs.map((x) => x.shape[axis]).reduce((a, b) => addDims(a, b)),
    ),
    dtype: xs[0].dtype,
  }),
  gradient: ({ node, gradient, wanted }) => {
    const axis = node.attributes.axis as number
    let start: Dim = 0
    return node.inputs.map((x, i) => {
      const from = start
      start = addDims(start, x.shape[axis])
      return wanted[i] ? slice(gradient, axis, from, start) : undefined
    })
  },
  emit: (emitter, inputs, node) => emitter.add("Concat", inputs, { axis: int(node.attributes.axis as number) }),
}

export const concat = (xs: readonly Tensor[], axis: number): Tensor => {
  if (xs.length === 0) throw new ShapeError("concat", "there is nothing to concatenate", "give at least one tensor")
  const [first] = xs
  for (const x of xs)
    if (x.dtype !== first.dtype || !sameShape(removeAxis(x.shape, axis), removeAxis(first.shape, axis)))
      throw new ShapeError(
        "concat",
        `${showShape(x.shape)} does not fit ${showShape(first.shape)} along axis ${axis}`,
        "all other axes must be equal",
      )
  return xs.length === 1 ? first : apply(concatOperator, xs, { axis })
}
