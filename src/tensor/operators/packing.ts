/** Between a packed batch [tokens, ...] and a padded one [examples, length, ...], and from examples to their tokens. */
import { type Dim, multiplyDims, sizeOf } from "../dimension.ts"
import { constant } from "../leaves.ts"
import { int } from "../onnx.ts"
import { apply, type Operator } from "../operator.ts"
import type { Layout, Tensor } from "../tensor.ts"
import { greater, minimum, mul } from "./arithmetic.ts"
import { cast } from "./linear.ts"
import { matmul } from "./product.ts"
import { max } from "./reductions.ts"
import { reshape } from "./reshaping.ts"

export const toPaddedOperator: Operator = {
  name: "toPadded",
  shape: ([x, pad]) => ({ shape: [...pad.shape, ...x.shape.slice(1)], dtype: x.dtype }),
  gradient: ({ node, gradient }) => [apply(fromPaddedOperator, [gradient, node.inputs[1], node.inputs[2]])],
  emit: (emitter, [x, pad], node) => {
    const rest = node.inputs[0].shape.slice(1) as number[]
    const rows = node.attributes.full ? x : emitter.add("Concat", [x, emitter.zeros([1, ...rest])], { axis: int(0) })
    return emitter.add("Gather", [rows, pad], { axis: int(0) })
  },
}
/** [tokens, ...] to [examples, length, ...], zeros where there is no token. */
export const toPadded = (x: Tensor, { pad, unpad }: Layout): Tensor => apply(toPaddedOperator, [x, pad, unpad])

/**
 * The same with a text's last token again where there is no token, for readers that make nothing of those places: what they
 * send back from there is left out of the gradient.
 */
export const toPaddedAgain = (x: Tensor, layout: Layout): Tensor =>
  apply(toPaddedOperator, [x, placesAgain(layout), layout.unpad], { full: true })

/** [examples, length]: the token at each place, and the last one where there is none. */
const placesAgain = ({ pad, mask }: Layout): Tensor =>
  minimum(pad, cast(max(mul(cast(pad, "float"), mask), [1], true), "int"))

export const fromPaddedOperator: Operator = {
  name: "fromPadded",
  shape: ([y, , unpad]) => ({ shape: [...unpad.shape, ...y.shape.slice(2)], dtype: y.dtype }),
  gradient: ({ node, gradient }) => [apply(toPaddedOperator, [gradient, node.inputs[1], node.inputs[2]])],
  emit: (emitter, [y, , unpad], node) => {
    const { shape } = node.inputs[0]
    const flat: Dim[] = [multiplyDims(shape[0], shape[1]), ...shape.slice(2)]
    return emitter.add("Gather", [emitter.reshape(y, shape, flat), unpad], { axis: int(0) })
  },
}
/** [examples, length, ...] to [tokens, ...]. */
export const fromPadded = (y: Tensor, { pad, unpad }: Layout): Tensor => apply(fromPaddedOperator, [y, pad, unpad])

export const spreadOperator: Operator = {
  name: "spread",
  shape: ([v, segment]) => ({ shape: [...segment.shape, ...v.shape.slice(1)], dtype: v.dtype }),
  gradient: ({ node, gradient }) => {
    const [v, , positive] = node.inputs
    const member = cast(greater(positive, constant(0)), "float")
    const rows = reshape(gradient, [gradient.shape[0], sizeOf(gradient.shape.slice(1))])
    return [reshape(matmul(member, rows), v.shape)]
  },
  emit: (emitter, [v, segment]) => emitter.add("Gather", [v, segment], { axis: int(0) }),
}
/** The value of each example at each of its tokens: [examples, ...] to [tokens, ...]. */
export const spread = (v: Tensor, { segment, mean, member = mean }: Layout): Tensor =>
  apply(spreadOperator, [v, segment, member])
