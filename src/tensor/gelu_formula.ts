/**
 * GELU and its slope as formulas of t = x/sqrt(2) that share what they need. With r = (1 + erf(t)) sqrt(pi)/2:
 *   gelu(x) = x Phi(x) = t r sqrt(2/pi),   gelu'(x) = (r + t / exp(t^2)) / sqrt(pi).
 * Where exp is beyond all numbers, the quotient is 0, as it should be. The factors are left to whatever multiplies next.
 */
import { add, div, mul } from "./operators/arithmetic.ts"
import { affine, scale } from "./operators/linear.ts"
import { erf, exp } from "./operators/pointwise.ts"
import type { Tensor } from "./tensor.ts"

const HALF = Math.sqrt(Math.PI) / 2

const risen = (t: Tensor): Tensor => affine(erf(t), HALF, HALF)

export const geluOf = (t: Tensor): Tensor => scale(mul(t, risen(t)), Math.SQRT1_2 / HALF)

export const slopeOf = (t: Tensor): Tensor => scale(add(risen(t), div(t, exp(mul(t, t)))), 0.5 / HALF)
