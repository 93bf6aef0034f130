/** Softmax along the last axis, and the normalisations over it: by mean and deviation, or by the root mean square. */

import { showShape } from "../dimension.ts"
import type { Emitter } from "../emitter.ts"
import { ShapeError } from "../errors.ts"
import { float, int } from "../onnx.ts"
import { apply, type Operator } from "../operator.ts"
import type { Tensor } from "../tensor.ts"
import { mul, sub } from "./arithmetic.ts"
import { broadcastTo, sum, sumTo } from "./broadcasting.ts"
import { scale } from "./linear.ts"
import { exp } from "./pointwise.ts"
import { matmul } from "./product.ts"
import { mean } from "./reductions.ts"
import { reshape } from "./reshaping.ts"

const last = (x: Tensor) => x.shape.length - 1
const width = (x: Tensor) => x.shape[last(x)] as number

export const softmaxOperator: Operator = {
  name: "softmax",
  shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  gradient: ({ node: y, gradient }) => [mul(y, sub(gradient, rowSums(gradient, y)))],
  emit: (emitter, [x], node) =>
    emitter.add("Softmax", [node.attributes.masked ? raised(emitter, x) : x], { axis: int(-1) }),
}
/**
 * What is far below the largest, raised: its weight stays below 1e-17, which no float32 sum sees, and is none of the numbers next
 * to 0, which processors multiply many times slower.
 */
const raised = (emitter: Emitter, x: string): string => {
  const largest = emitter.add("ReduceMax", [x, emitter.ints([-1])], { keepdims: int(1) })
  return emitter.add("Max", [x, emitter.add("Sub", [largest, emitter.scalar(40)])])
}
/**
 * sum_j g_ij y_ij. Where g = c a b^T, as in attention, it is c sum_d a_id (y b)_id: far fewer numbers, since y b is the
 * result of the attention and known (Dao et al. 2022). Grouped heads put a reshape between the two.
 */
const rowSums = (g: Tensor, y: Tensor): Tensor => {
  const [inner] = g.inputs
  if (g.op === "reshape" && inner.op === "matmul" && inner.shape[last(inner)] === y.shape[last(y)])
    return reshape(rowSums(inner, reshape(y, inner.shape)), [...y.shape.slice(0, -1), 1])
  const { transposeA, transposeB, alpha } = g.attributes as {
    transposeA?: boolean
    transposeB?: boolean
    alpha?: number
  }
  if (g.op !== "matmul" || transposeA || !transposeB || g.inputs[0].shape.length < 3)
    return sum(mul(g, y), [last(y)], true)
  const [a, b] = g.inputs
  return scale(sum(mul(a, matmul(y, b)), [last(y)], true), alpha as number)
}
/** `masked`: some of the values may be very far below others. */
export const softmax = (x: Tensor, masked = false): Tensor => apply(softmaxOperator, [x], masked ? { masked } : {})

export const logSoftmaxOperator: Operator = {
  name: "logSoftmax",
  shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  gradient: ({ node: y, gradient }) => [sub(gradient, mul(exp(y), sum(gradient, [last(y)], true)))],
  emit: (emitter, [x]) => emitter.add("LogSoftmax", [x], { axis: int(-1) }),
}
export const logSoftmax = (x: Tensor): Tensor => apply(logSoftmaxOperator, [x])

const normalizedShape = (operator: string, x: Tensor, parameters: readonly Tensor[]) => {
  const wide = x.shape[last(x)]
  if (typeof wide !== "number")
    throw new ShapeError(operator, `the last axis of ${showShape(x.shape)} has no fixed width`)
  for (const p of parameters)
    if (p.shape.length !== 1 || p.shape[0] !== wide)
      throw new ShapeError(
        operator,
        `${showShape(p.shape)} does not fit ${showShape(x.shape)}`,
        "gain and bias are as wide as the last axis",
      )
  return { shape: x.shape, dtype: x.dtype }
}

/**
 * layerNorm(x) = gain (x - m) s + bias over the last axis, s = 1/sqrt(variance + epsilon) (Ba et al. 2016).
 * With c = x - m and h = gradient gain: dx = s (h - mean(h) - c s^2 mean(h c)).
 */
export const layerNormOperator: Operator = {
  name: "layerNorm",
  shape: ([x, ...parameters]) => normalizedShape("layerNorm", x, parameters),
  gradient: ({ node, gradient, wanted }) => {
    const [x, gain, bias] = node.inputs
    const deviation = apply(inverseDeviationOperator, [node, x], { epsilon: node.attributes.epsilon })
    const centred = sub(x, apply(centreOperator, [node, x]))
    const dx = () => {
      const h = mul(gradient, gain)
      const axes = [last(x)]
      const share = mul(mean(mul(h, centred), axes, true), mul(deviation, deviation))
      return mul(sub(sub(h, mean(h, axes, true)), mul(centred, share)), deviation)
    }
    return [
      wanted[0] ? dx() : undefined,
      wanted[1] ? sumTo(mul(gradient, mul(centred, deviation)), gain.shape) : undefined,
      wanted[2] ? sumTo(gradient, bias.shape) : undefined,
    ]
  },
  emit: (emitter, inputs, node) => {
    const statistics = emitter
      .readersOf(node)
      .some((reader) => reader.op === "centre" || reader.op === "inverseDeviation")
    const names = emitter.addMany("LayerNormalization", inputs, statistics ? 3 : 1, {
      axis: int(-1),
      epsilon: float(node.attributes.epsilon as number),
    })
    emitter.keepExtra(node, names)
    return names[0]
  },
}
export const layerNorm = (x: Tensor, gain: Tensor, bias: Tensor, epsilon: number): Tensor =>
  apply(layerNormOperator, [x, gain, bias], { epsilon })

/** The mean over the last axis that a layer normalisation has found; read (the normalisation, its input). */
export const centreOperator: Operator = {
  name: "centre",
  shape: ([, x]) => ({ shape: [...x.shape.slice(0, -1), 1], dtype: x.dtype }),
  gradient: ({ node, gradient }) => [
    undefined,
    broadcastTo(scale(gradient, 1 / width(node.inputs[1])), node.inputs[1].shape),
  ],
  emit: (emitter, _, node) => emitter.extraOf(node.inputs[0], 1),
}

/** 1/sqrt(variance + epsilon) over the last axis that a layer normalisation has found; reads (the normalisation, its input). */
export const inverseDeviationOperator: Operator = {
  name: "inverseDeviation",
  shape: ([, x]) => ({ shape: [...x.shape.slice(0, -1), 1], dtype: x.dtype }),
  gradient: ({ node: s, gradient }) => {
    const [, x] = s.inputs
    const centred = sub(x, mean(x, [last(x)], true))
    return [undefined, mul(scale(mul(gradient, mul(s, mul(s, s))), -1 / width(x)), centred)]
  },
  emit: (emitter, _, node) => emitter.extraOf(node.inputs[0], 2),
}

/**
 * rmsNorm(x) = gain x s over the last axis, s = 1/sqrt(mean(x^2) + epsilon) (Zhang & Sennrich 2019).
 * With n = x s and h = gradient gain: dx = s (h - n mean(h n)).
 */
export const rmsNormOperator: Operator = {
  name: "rmsNorm",
  shape: ([x, gain]) => normalizedShape("rmsNorm", x, [gain]),
  gradient: ({ node, gradient, wanted }) => {
    const [x, gain] = node.inputs
    const inverse = apply(inverseSquareOperator, [node, x], { epsilon: node.attributes.epsilon })
    const normal = mul(x, inverse)
    const dx = () => {
      const h = mul(gradient, gain)
      return mul(sub(h, mul(normal, mean(mul(h, normal), [last(x)], true))), inverse)
    }
    return [wanted[0] ? dx() : undefined, wanted[1] ? sumTo(mul(gradient, normal), gain.shape) : undefined]
  },
  emit: (emitter, inputs, node) => {
    const statistics = emitter.readersOf(node).some((reader) => reader.op === "inverseSquare")
    const names = emitter.addMany("SimplifiedLayerNormalization", inputs, statistics ? 2 : 1, {
      axis: int(-1),
      epsilon: float(node.attributes.epsilon as number),
    })
    emitter.keepExtra(node, names)
    return names[0]
  },
}
export const rmsNorm = (x: Tensor, gain: Tensor, epsilon: number): Tensor =>
  apply(rmsNormOperator, [x, gain], { epsilon })

/** 1/sqrt(mean(x^2) + epsilon) over the last axis that a normalisation has found; reads (the normalisation, its input). */
export const inverseSquareOperator: Operator = {
  name: "inverseSquare",
  shape: ([, x]) => ({ shape: [...x.shape.slice(0, -1), 1], dtype: x.dtype }),
  gradient: ({ node: s, gradient }) => {
    const [, x] = s.inputs
    return [undefined, mul(scale(mul(gradient, mul(s, mul(s, s))), -1 / width(x)), x)]
  },
  emit: (emitter, _, node) => emitter.extraOf(node.inputs[0], 1),
}
