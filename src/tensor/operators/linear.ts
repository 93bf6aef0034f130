/** Operators of one tensor that are linear: negation, scaling, casts, and the barrier that stops gradients. */
import { type Shape, sizeOf } from "../dimension.ts"
import { constant, scalarOf } from "../leaves.ts"
import { float } from "../onnx.ts"
import { apply, type Operator } from "../operator.ts"
import type { DType, Tensor } from "../tensor.ts"

export const negOperator: Operator = {
  name: "neg",
  shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  gradient: ({ gradient }) => [neg(gradient)],
  emit: (emitter, inputs) => emitter.add("Neg", inputs),
}
export const neg = (x: Tensor): Tensor =>
  x.op === "neg" ? x.inputs[0] : x.op === "scale" || x.op === "constant" ? scale(x, -1) : apply(negOperator, [x])

export const scaleOperator: Operator = {
  name: "scale",
  shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  gradient: ({ node, gradient }) => [scale(gradient, node.attributes.factor as number)],
  emit: (emitter, [x], node) => emitter.add("Mul", [x, emitter.scalar(node.attributes.factor as number)]),
}

/** x times a number. */
export const scale = (x: Tensor, factor: number): Tensor => {
  if (factor === 1) return x
  const number = scalarOf(x)
  if (number !== undefined && x.dtype === "float") return constant(number * factor)
  if (x.op === "scale") return scale(x.inputs[0], factor * (x.attributes.factor as number))
  return x.op === "neg" ? scale(x.inputs[0], -factor) : apply(scaleOperator, [x], { factor })
}

/** factor x + offset; made when a program is emitted, where it is one pass: a batch normalisation of one channel is just that. */
export const affineOperator: Operator = {
  name: "affine",
  shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  emit: (emitter, [x], node) => {
    const { factor, offset } = node.attributes as { factor: number; offset: number }
    const flat: Shape = [1, 1, sizeOf(node.shape)]
    const vectors = [factor, offset, 0, 1].map((value) => emitter.vector([value]))
    const y = emitter.add("BatchNormalization", [emitter.reshape(x, node.shape, flat), ...vectors], {
      epsilon: float(0),
    })
    return emitter.reshape(y, flat, node.shape)
  },
}
export const affine = (x: Tensor, factor: number, offset: number): Tensor =>
  apply(affineOperator, [x], { factor, offset })

const elementTypes = { float: 1, int: 7, bool: 9 } as const

export const castOperator: Operator = {
  name: "cast",
  shape: ([x], { to }) => ({ shape: x.shape, dtype: to }),
  gradient: ({ gradient }) => [gradient],
  emit: (emitter, [x], node) =>
    emitter.add("Cast", [x], { to: { type: "int", value: elementTypes[node.attributes.to as DType] } }),
}
/** Another element type; floats lose their fraction towards zero. */
export const cast = (x: Tensor, to: DType): Tensor => (x.dtype === to ? x : apply(castOperator, [x], { to }))

export const stopGradientOperator: Operator = {
  name: "stopGradient",
  shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  stopsGradient: true,
  emit: (_, [x]) => x,
}
/** The value of x, through which no gradient flows. */
export const stopGradient = (x: Tensor): Tensor => apply(stopGradientOperator, [x])
