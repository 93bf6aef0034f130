/** Elementwise kernels. */
import { exact } from "../../../../src/plugin/index.ts"
import { broadcast, type Kernel, type Kernels } from "../value.ts"

const unary =
  (f: (x: number) => number): Kernel =>
  ({ inputs: [x] }) =>
    x.data.map((value) => f(value))

const binary =
  (f: (a: number, b: number) => number): Kernel =>
  ({ inputs, shape }) => {
    const [a, b] = inputs.map((x) => broadcast(x, shape))
    const result = new Float64Array(a.length)
    for (let i = 0; i < result.length; i++) result[i] = f(a[i], b[i])
    return result
  }

const steps: Readonly<Record<string, (x: number) => number>> = {
  Ceil: Math.ceil,
  Floor: Math.floor,
  Round: (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)),
  Sign: Math.sign,
}

const where: Kernel = ({ inputs, shape }) => {
  const [condition, a, b] = inputs.map((x) => broadcast(x, shape))
  return a.map((value, i) => (condition[i] ? value : b[i]))
}

export const elementwise: Kernels = {
  abs: unary(Math.abs),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  tanh: unary(Math.tanh),
  sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  silu: unary((x) => x / (1 + Math.exp(-x))),
  softplus: unary((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  relu: unary((x) => Math.max(x, 0)),
  cos: unary(Math.cos),
  sin: unary(Math.sin),
  erf: unary(exact.erf),
  gelu: unary((x) => 0.5 * x * (1 + exact.erf(x * Math.SQRT1_2))),
  geluSlope: unary(
    (x) => 0.5 * (1 + exact.erf(x * Math.SQRT1_2)) + (x * exact.exponential(-0.5 * x * x)) / Math.sqrt(2 * Math.PI),
  ),
  neg: unary((x) => -x),
  stopGradient: unary((x) => x),
  scale: ({ inputs: [x], attributes }) => x.data.map((value) => value * attributes.factor),
  pow: ({ inputs: [x], attributes }) => x.data.map((value) => value ** attributes.exponent),
  rounded: ({ inputs: [x], attributes }) => x.data.map(steps[attributes.how]),
  cast: ({ inputs: [x], attributes }) =>
    attributes.to === "int"
      ? x.data.map(Math.trunc)
      : attributes.to === "bool"
        ? x.data.map((value) => (value ? 1 : 0))
        : x.data,
  add: binary((a, b) => a + b),
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b),
  div: binary((a, b) => a / b),
  maximum: binary(Math.max),
  minimum: binary(Math.min),
  greater: binary((a, b) => (a > b ? 1 : 0)),
  less: binary((a, b) => (a < b ? 1 : 0)),
  equal: binary((a, b) => (a === b ? 1 : 0)),
  where,
}
