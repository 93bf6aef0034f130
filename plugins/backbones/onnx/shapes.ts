/** Shapes of values that depend on weights: what a node gives, without computing it. */
import { axisOf, type Call, given, listAt, numberOf } from "./kernels/kernel.ts"
import { cutsOf, partsOf, permutationOf, reshaped, squeezed, unsqueezed } from "./kernels/movement.ts"
import { reducedAxes, reducedShape } from "./kernels/reducing.ts"
import { commonShape, countOf, type Numbers } from "./numbers.ts"
import type { Node } from "./read.ts"

type Shape = readonly number[]

/** What is known of the inputs: their shapes, and the numbers of those that are computed. */
export interface ShapeCall extends Call {
  readonly shapes: readonly Shape[]
}

type Rule = (call: ShapeCall) => readonly Shape[]

const first: Rule = ({ shapes }) => [shapes[0]]
const common: Rule = ({ shapes }) => [commonShape(shapes)]
const reduced: Rule = (call) => {
  const rank = call.shapes[0].length
  return [reducedShape(call.shapes[0], reducedAxes(call, rank), numberOf(call.attributes.keepdims, 1) === 1)]
}
const product: Rule = ({ shapes: [a, b] }) => {
  if (a.length < 2 || b.length < 2 || a[a.length - 1] !== b[b.length - 2])
    throw new RangeError(`[${a}] x [${b}] is no product of matrices`)
  return [[...commonShape([a.slice(0, -2), b.slice(0, -2)]), a[a.length - 2], b[b.length - 1]]]
}
const concat: Rule = ({ shapes, attributes }) => {
  const axis = axisOf(numberOf(attributes.axis, 0), shapes[0].length)
  return [
    shapes[0].with(
      axis,
      shapes.reduce((sum, shape) => sum + shape[axis], 0),
    ),
  ]
}
const gathered: Rule = ({ shapes: [x, indices], attributes }) => {
  const axis = axisOf(numberOf(attributes.axis, 0), x.length)
  return [[...x.slice(0, axis), ...indices, ...x.slice(axis + 1)]]
}
const turned = (shape: Shape, on: boolean): Shape =>
  on ? [...shape.slice(0, -2), shape[shape.length - 1], shape[shape.length - 2]] : shape
const gemm: Rule = ({ shapes: [a, b], attributes }) => [
  [turned(a, attributes.transA === 1)[0], turned(b, attributes.transB === 1)[1]],
]

const rules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    [
      "Add",
      "Sub",
      "Mul",
      "Div",
      "Pow",
      "Max",
      "Min",
      "Sum",
      "Where",
      "Mod",
      "Equal",
      "Greater",
      "GreaterOrEqual",
      "Less",
      "LessOrEqual",
      "And",
      "Or",
    ].map((op) => [op, common]),
  ),
  ...Object.fromEntries(["ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum", "ReduceProd"].map((op) => [op, reduced])),
  Concat: concat,
  Expand: (call) => [commonShape([call.shapes[0], [...given(call, 1).data]])],
  Flatten: ({ shapes: [x], attributes }) => {
    const axis = axisOf(numberOf(attributes.axis, 1), x.length)
    return [[countOf(x.slice(0, axis)), countOf(x.slice(axis))]]
  },
  Gather: gathered,
  Gemm: gemm,
  MatMul: product,
  Reshape: (call) => [reshaped(call.shapes[0], [...given(call, 1).data], call.attributes.allowzero === 1)],
  Slice: (call) => {
    const shape = [...call.shapes[0]]
    for (const { axis, count } of cutsOf(call, call.shapes[0])) shape[axis] = count
    return [shape]
  },
  Split: (call) => {
    const axis = axisOf(numberOf(call.attributes.axis, 0), call.shapes[0].length)
    return partsOf(call, call.shapes[0][axis]).map((size) => call.shapes[0].with(axis, size))
  },
  Squeeze: (call) => [squeezed(call.shapes[0], listAt(call, 1, "axes"))],
  Transpose: (call) => [permutationOf(call, call.shapes[0].length).map((axis) => call.shapes[0][axis])],
  Unsqueeze: (call) => [unsqueezed(call.shapes[0], listAt(call, 1, "axes") ?? [])],
}

/** Shapes of the outputs; an operator without a rule keeps the shape of its first input. Throws RangeError. */
export const shapesOf = (
  node: Node,
  shapes: readonly Shape[],
  inputs: readonly (Numbers | undefined)[],
): readonly Shape[] =>
  (rules[node.op] ?? first)({ shapes, inputs, attributes: node.attributes, outputs: node.outputs.length })
