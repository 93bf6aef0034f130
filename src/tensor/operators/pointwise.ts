/** Elementwise functions of one tensor. */

import type { Emitter } from "../emitter.ts"
import { constant } from "../leaves.ts"
import { apply, type Operator } from "../operator.ts"
import type { Tensor } from "../tensor.ts"
import { add, div, greater, mul, sub } from "./arithmetic.ts"
import { cast, neg, scale } from "./linear.ts"

type Rule = (g: Tensor, x: Tensor, y: Tensor) => Tensor

const unary = (
  name: string,
  emission: string | ((emitter: Emitter, x: string, node: Tensor) => string),
  rule: Rule,
): Operator => ({
  name,
  shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  gradient: ({ node, gradient }) => [rule(gradient, node.inputs[0], node)],
  emit: (emitter, [x], node) =>
    typeof emission === "string" ? emitter.add(emission, [x]) : emission(emitter, x, node),
})

const one = constant(1)
/** -1 below zero, 1 above, 0 at zero. */
const sign = (x: Tensor) => sub(cast(greater(x, constant(0)), "float"), cast(greater(constant(0), x), "float"))

export const absOperator = unary("abs", "Abs", (g, x) => mul(g, sign(x)))
export const expOperator = unary("exp", "Exp", (g, _, y) => mul(g, y))
export const logOperator = unary("log", "Log", (g, x) => div(g, x))
export const sqrtOperator = unary("sqrt", "Sqrt", (g, _, y) => scale(div(g, y), 0.5))
export const tanhOperator = unary("tanh", "Tanh", (g, _, y) => mul(g, sub(one, mul(y, y))))
export const sigmoidOperator = unary("sigmoid", "Sigmoid", (g, _, y) => mul(g, mul(y, sub(one, y))))
/** ln(1 + e^x) */
export const softplusOperator = unary("softplus", "Softplus", (g, x) => mul(g, sigmoid(x)))
export const reluOperator = unary("relu", "Relu", (g, x) => mul(g, cast(greater(x, constant(0)), "float")))

export const cosOperator = unary("cos", "Cos", (g, x) => neg(mul(g, sin(x))))
export const sinOperator = unary("sin", "Sin", (g, x) => mul(g, cos(x)))

/** d erf(x)/dx = 2/sqrt(pi) exp(-x^2), the factor taken into the exponent. */
export const erfOperator = unary("erf", "Erf", (g, x) => mul(g, bell(x)))
const bell = (x: Tensor) => exp(sub(constant(Math.LN2 - 0.5723649429247001), mul(x, x)))

/**
 * gelu'(x) = Phi(x) + x phi(x) = (1 + erf(t))/2 + t exp(-t^2)/sqrt(pi) at t = x/sqrt(2); gelu''(x) = phi(x) (2 - x^2).
 * Programs that are emitted have a formula of it (`fusion.ts`).
 */
export const geluSlopeOperator = unary(
  "geluSlope",
  () => {
    throw new Error("the slope of GELU is a formula before it is emitted")
  },
  (g, x) => {
    const square = mul(x, x)
    const density = scale(exp(scale(square, -0.5)), 1 / Math.sqrt(2 * Math.PI))
    return mul(g, mul(density, sub(constant(2), square)))
  },
)

/** gelu(x) = x Phi(x), exact (Hendrycks & Gimpel 2016). */
export const geluOperator = unary("gelu", "Gelu", (g, x) => mul(g, apply(geluSlopeOperator, [x])))

/**
 * silu(x) = x s with s = sigmoid(x), silu'(x) = s + silu(x) (1 - s) (Elfwing et al. 2018). Programs that are emitted have the
 * formula (`fusion.ts`), so that its gradient and it share s.
 */
export const siluOperator = unary(
  "silu",
  () => {
    throw new Error("SiLU is a formula before it is emitted")
  },
  (g, x, y) => {
    const s = sigmoid(x)
    return mul(g, add(s, mul(y, sub(one, s))))
  },
)

export const powOperator: Operator = {
  name: "pow",
  shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  gradient: ({ node, gradient }) => {
    const exponent = node.attributes.exponent as number
    return [scale(mul(gradient, pow(node.inputs[0], exponent - 1)), exponent)]
  },
  emit: (emitter, [x], node) => {
    const exponent = node.attributes.exponent as number
    return exponent === -1 ? emitter.add("Reciprocal", [x]) : emitter.add("Pow", [x, emitter.scalar(exponent)])
  },
}

export type Rounding = "Ceil" | "Floor" | "Round" | "Sign"

/** Functions in steps, whose slope says nothing: no gradient. `origin`: what has the step in it, for messages. */
export const roundedOperator: Operator = {
  name: "rounded",
  shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  emit: (emitter, [x], node) => emitter.add(node.attributes.how as Rounding, [x]),
}

const build =
  (operator: Operator) =>
  (x: Tensor): Tensor =>
    apply(operator, [x])

export const abs = build(absOperator)
export const exp = build(expOperator)
export const log = build(logOperator)
export const sqrt = build(sqrtOperator)
export const tanh = build(tanhOperator)
export const sigmoid = build(sigmoidOperator)
export const softplus = build(softplusOperator)
export const relu = build(reluOperator)
export const cos = build(cosOperator)
export const sin = build(sinOperator)
export const erf = build(erfOperator)
export const gelu = build(geluOperator)
export const silu = build(siluOperator)

/** x to a constant power. */
export const pow = (x: Tensor, exponent: number): Tensor => {
  if (exponent === 1) return x
  if (exponent === 2) return mul(x, x)
  if (exponent === 0.5) return sqrt(x)
  return exponent === 0 ? add(scale(x, 0), one) : apply(powOperator, [x], { exponent })
}
/** x to a whole number: up, down, to the nearest (halves to even); or its sign. */
export const rounded = (x: Tensor, how: Rounding, origin?: string): Tensor =>
  apply(roundedOperator, [x], { how, ...(origin ? { origin } : {}) })
export const square = (x: Tensor): Tensor => mul(x, x)
