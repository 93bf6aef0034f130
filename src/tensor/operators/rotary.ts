/** Rotation of pairs of features, each pair by its own angle: feature i of a head with feature i + d/2. */
import { showShape } from "../dimension.ts"
import { ShapeError } from "../errors.ts"
import { int } from "../onnx.ts"
import { apply, type Operator } from "../operator.ts"
import type { Tensor } from "../tensor.ts"
import { add, mul, sub } from "./arithmetic.ts"
import { sum } from "./broadcasting.ts"
import { slice } from "./cutting.ts"
import { neg } from "./linear.ts"
import { reshape } from "./reshaping.ts"

/**
 * With a, b the halves of each head: y = (a cos - b sin, b cos + a sin).
 * x [rows, heads * d], cos and sin [rows, d/2]. The gradient is the rotation back.
 */
export const rotateOperator: Operator = {
  name: "rotate",
  shape: ([x, cos, sin]) => {
    const [rows, width] = x.shape
    const half = cos.shape[1]
    const fits =
      x.shape.length === 2 &&
      typeof width === "number" &&
      typeof half === "number" &&
      width % (2 * half) === 0 &&
      [cos, sin].every(({ shape }) => showShape(shape) === showShape([rows, half]))
    if (!fits)
      throw new ShapeError(
        "rotate",
        `${showShape(x.shape)} is not rotated by angles ${showShape(cos.shape)} and ${showShape(sin.shape)}`,
        "give [rows, heads * d] and angles [rows, d/2]",
      )
    return { shape: x.shape, dtype: x.dtype }
  },
  gradient: ({ node, gradient, wanted }) => {
    const [x, cos, sin] = node.inputs
    const half = cos.shape[1] as number
    const [a, b] = halves(x, half)
    const [ga, gb] = halves(gradient, half)
    return [
      wanted[0] ? rotate(gradient, cos, neg(sin)) : undefined,
      wanted[1] ? reshape(sum(add(mul(ga, a), mul(gb, b)), [1]), cos.shape) : undefined,
      wanted[2] ? reshape(sum(sub(mul(gb, a), mul(ga, b)), [1]), sin.shape) : undefined,
    ]
  },
  emit: (emitter, [x, cos, sin], node) => {
    const { shape } = node
    const one = emitter.reshape(x, shape, [1, ...shape])
    const turned = emitter.addMicrosoft("RotaryEmbedding", [one, emitter.ints([0]), cos, sin], { interleaved: int(0) })
    return emitter.reshape(turned, [1, ...shape], shape)
  },
}
export const rotate = (x: Tensor, cos: Tensor, sin: Tensor): Tensor => apply(rotateOperator, [x, cos, sin])

/** [rows, heads * 2 * half] as two of [rows, heads, 1, half]. */
const halves = (x: Tensor, half: number): readonly [Tensor, Tensor] => {
  const [rows, width] = x.shape
  const pairs = reshape(x, [rows, (width as number) / (2 * half), 2, half])
  return [slice(pairs, 2, 0, 1), slice(pairs, 2, 1, 2)]
}
