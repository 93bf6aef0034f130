/** Elementwise operators. */

import { exact } from "../../../../src/plugin/index.ts"
import { dtypeOf } from "../elements.ts"
import { broadcast, commonShape, type Numbers } from "../numbers.ts"
import { given, type Kernel, type Kernels, numberOf } from "./kernel.ts"

const unary =
  (f: (x: number) => number, dtype?: Numbers["dtype"]): Kernel =>
  (call) => {
    const x = given(call, 0)
    return { dtype: dtype ?? x.dtype, shape: x.shape, data: x.data.map((value) => f(value)) }
  }

/** Of two operands, or of a list of them. */
const folded =
  (f: (a: number, b: number) => number, dtype?: Numbers["dtype"]): Kernel =>
  ({ inputs }) => {
    const shape = commonShape(inputs.map((x) => (x as Numbers).shape))
    const [first, ...rest] = inputs.map((x) => broadcast(x as Numbers, shape))
    const data = new Float64Array(first.data)
    for (const { data: other } of rest) for (let i = 0; i < data.length; i++) data[i] = f(data[i], other[i])
    return { dtype: dtype ?? first.dtype, shape, data }
  }

const truth = (f: (a: number, b: number) => boolean): Kernel => folded((a, b) => (f(a, b) ? 1 : 0), "bool")

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
const geluTanh = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
const gelu = (x: number) => 0.5 * x * (1 + exact.erf(x * Math.SQRT1_2))

/** Half to even, as ONNX rounds. */
const rounded = (x: number): number => {
  const down = Math.floor(x)
  const rest = x - down
  return rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : down + 1
}

const where: Kernel = (call) => {
  const [condition, a, b] = [given(call, 0), given(call, 1), given(call, 2)]
  const shape = commonShape([condition.shape, a.shape, b.shape])
  const [test, left, right] = [condition, a, b].map((x) => broadcast(x, shape).data)
  return { dtype: a.dtype, shape, data: Float64Array.from(test, (value, i) => (value ? left[i] : right[i])) }
}

const cast: Kernel = (call) => {
  const x = given(call, 0)
  const like = call.inputs[1]
  const dtype = like ? like.dtype : dtypeOf(numberOf(call.attributes.to, 1))
  if (dtype === x.dtype) return x
  const data = x.data.map(
    dtype === "int" ? Math.trunc : dtype === "bool" ? (value) => (value ? 1 : 0) : (value) => value,
  )
  return { dtype, shape: x.shape, data }
}

/** (x - zero point) scale, each per tensor or along an axis. */
const dequantize: Kernel = (call) => {
  const [x, scale] = [given(call, 0), given(call, 1)]
  const zero = call.inputs[2]
  const axis = numberOf(call.attributes.axis, 1)
  const along = (one: Numbers) =>
    broadcast(
      { ...one, shape: one.data.length === 1 ? [] : x.shape.map((size, k) => (k === axis ? size : 1)) },
      x.shape,
    ).data
  const [factor, offset] = [along(scale), zero ? along(zero) : undefined]
  return {
    dtype: "float",
    shape: x.shape,
    data: Float32Array.from(x.data, (value, i) => (value - (offset?.[i] ?? 0)) * factor[i]),
  }
}

const identity: Kernel = (call) => given(call, 0)

export const elementwise: Kernels = {
  Abs: unary(Math.abs),
  Ceil: unary(Math.ceil),
  Cos: unary(Math.cos),
  Erf: unary(exact.erf),
  Exp: unary(Math.exp),
  Floor: unary(Math.floor),
  Gelu: (call) => unary(call.attributes.approximate === "tanh" ? geluTanh : gelu)(call),
  IsNaN: unary((x) => (Number.isNaN(x) ? 1 : 0), "bool"),
  Log: unary(Math.log),
  Neg: unary((x) => -x),
  Not: unary((x) => (x ? 0 : 1)),
  Reciprocal: unary((x) => 1 / x),
  Relu: unary((x) => Math.max(x, 0)),
  Round: unary(rounded),
  Sigmoid: unary(sigmoid),
  Sign: unary(Math.sign),
  Sin: unary(Math.sin),
  Sqrt: unary(Math.sqrt),
  Tanh: unary(Math.tanh),
  Add: folded((a, b) => a + b),
  Sub: folded((a, b) => a - b),
  Mul: folded((a, b) => a * b),
  Div: (call) => folded(given(call, 0).dtype === "int" ? (a, b) => Math.trunc(a / b) : (a, b) => a / b)(call),
  Mod: (call) => folded(call.attributes.fmod === 1 ? (a, b) => a % b : (a, b) => a - b * Math.floor(a / b))(call),
  Pow: folded((a, b) => a ** b),
  Max: folded(Math.max),
  Min: folded(Math.min),
  Sum: folded((a, b) => a + b),
  And: truth((a, b) => a !== 0 && b !== 0),
  Or: truth((a, b) => a !== 0 || b !== 0),
  Xor: truth((a, b) => (a !== 0) !== (b !== 0)),
  Equal: truth((a, b) => a === b),
  Greater: truth((a, b) => a > b),
  GreaterOrEqual: truth((a, b) => a >= b),
  Less: truth((a, b) => a < b),
  LessOrEqual: truth((a, b) => a <= b),
  BitwiseAnd: folded((a, b) => a & b),
  BitwiseOr: folded((a, b) => a | b),
  Where: where,
  Cast: cast,
  CastLike: cast,
  DequantizeLinear: dequantize,
  Identity: identity,
  Dropout: identity,
}
