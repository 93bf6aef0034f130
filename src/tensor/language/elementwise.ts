/** Elementwise operators, as authors use them: numbers, plain tensors, examples and tokens mix. */

import { scalarOf } from "../leaves.ts"
import * as arithmetic from "../operators/arithmetic.ts"
import * as linear from "../operators/linear.ts"
import { mixture } from "../operators/mixture.ts"
import * as pointwise from "../operators/pointwise.ts"
import { withRows } from "../rows.ts"
import type { DType, Tensor } from "../tensor.ts"
import { align, type Operand, settle, tensorOf } from "./align.ts"

const unary =
  (build: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor =>
    withRows(build(settle(x)), x.rows)

const binary =
  (name: string, build: (a: Tensor, b: Tensor) => Tensor) =>
  (a: Operand, b: Operand): Tensor => {
    const { operands, rows } = align(name, [a, b])
    return withRows(build(operands[0], operands[1]), rows)
  }

export const abs = unary(pointwise.abs)
export const exp = unary(pointwise.exp)
/** Natural logarithm. */
export const log = unary(pointwise.log)
export const sqrt = unary(pointwise.sqrt)
export const tanh = unary(pointwise.tanh)
export const sigmoid = unary(pointwise.sigmoid)
/** ln(1 + e^x); -softplus(x) = ln(1 - sigmoid(x)), without loss where that is near 0. */
export const softplus = unary(pointwise.softplus)
export const relu = unary(pointwise.relu)
/** Of radians. */
export const cos = unary(pointwise.cos)
export const sin = unary(pointwise.sin)
/** x Phi(x), exact (Hendrycks & Gimpel 2016). */
export const gelu = unary(pointwise.gelu)
/** x sigmoid(x). */
export const silu = unary(pointwise.silu)
export const erf = unary(pointwise.erf)
/** The value of x, through which no gradient flows. */
export const stopGradient = unary(linear.stopGradient)
export const pow = (x: Tensor, exponent: number): Tensor => withRows(pointwise.pow(settle(x), exponent), x.rows)
/** x up, down or to the nearest whole number (halves to even), or its sign. No gradient; `origin` says in the error what is rounded. */
export const rounded = (x: Tensor, how: pointwise.Rounding, origin?: string): Tensor =>
  withRows(pointwise.rounded(settle(x), how, origin), x.rows)
export const cast = (x: Tensor, to: DType): Tensor => withRows(linear.cast(settle(x), to), x.rows)

/** x times a number. A mixture stays a mixture. */
export const scale = (x: Tensor, factor: number): Tensor =>
  withRows(
    x.op === "mixture" ? mixture(linear.scale(x.inputs[0], factor), x.inputs[1]) : linear.scale(x, factor),
    x.rows,
  )
export const neg = (x: Tensor): Tensor => (x.op === "mixture" ? scale(x, -1) : withRows(linear.neg(x), x.rows))

export const add = binary("add", arithmetic.add)
export const sub = binary("sub", arithmetic.sub)
export const maximum = binary("maximum", arithmetic.maximum)
export const minimum = binary("minimum", arithmetic.minimum)
export const greater = binary("greater", arithmetic.greater)
export const less = binary("less", arithmetic.less)
export const equal = binary("equal", arithmetic.equal)

const product = binary("mul", arithmetic.mul)
const quotient = binary("div", arithmetic.div)
/** a b. A mixture times a number stays a mixture. */
export const mul = (a: Operand, b: Operand): Tensor => {
  const [x, y] = [tensorOf(a), tensorOf(b)]
  const [left, right] = [scalarOf(x), scalarOf(y)]
  if (x.op === "mixture" && right !== undefined) return scale(x, right)
  return y.op === "mixture" && left !== undefined ? scale(y, left) : product(x, y)
}
/** a / b. A mixture divided by a number stays a mixture. */
export const div = (a: Operand, b: Operand): Tensor => {
  const [x, y] = [tensorOf(a), tensorOf(b)]
  const right = scalarOf(y)
  return x.op === "mixture" && right !== undefined ? scale(x, 1 / right) : quotient(x, y)
}

/** a where the condition holds, else b. */
export const where = (condition: Tensor, a: Operand, b: Operand): Tensor => {
  const { operands, rows } = align("where", [condition, a, b])
  return withRows(arithmetic.where(operands[0], operands[1], operands[2]), rows)
}
