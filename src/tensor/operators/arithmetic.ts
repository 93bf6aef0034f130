/** Elementwise operators of two tensors, with broadcasting by trailing axes. */
import { broadcastShapes, sameShape, showShape } from "../dimension.ts"
import { ShapeError } from "../errors.ts"
import { constant, scalarOf } from "../leaves.ts"
import { apply, type Backward, type Operator } from "../operator.ts"
import type { DType, Tensor } from "../tensor.ts"
import { sumTo } from "./broadcasting.ts"
import { cast, neg, scale } from "./linear.ts"

type Rule = (g: Tensor, a: Tensor, b: Tensor, y: Tensor) => readonly [() => Tensor, () => Tensor]

const binary = (name: string, onnx: string, result: DType | "same", rule?: Rule): Operator => ({
  name,
  shape: ([a, b]) => {
    const shape = broadcastShapes(a.shape, b.shape)
    if (shape === undefined)
      throw new ShapeError(
        name,
        `${showShape(a.shape)} and ${showShape(b.shape)} do not broadcast`,
        "trailing axes must be equal or 1",
      )
    if (a.dtype !== b.dtype) throw new ShapeError(name, `${a.dtype} and ${b.dtype} do not mix`, "cast one of them")
    return { shape, dtype: result === "same" ? a.dtype : result }
  },
  ...(rule
    ? {
        gradient: ({ node, gradient, wanted }: Backward) => {
          const [a, b] = node.inputs
          const [da, db] = rule(gradient, a, b, node)
          return [wanted[0] ? sumTo(da(), a.shape) : undefined, wanted[1] ? sumTo(db(), b.shape) : undefined]
        },
      }
    : {}),
  emit: (emitter, inputs) => emitter.add(onnx, inputs),
})

export const addOperator = binary("add", "Add", "same", (g) => [() => g, () => g])
export const subOperator = binary("sub", "Sub", "same", (g) => [() => g, () => neg(g)])
export const mulOperator = binary("mul", "Mul", "same", (g, a, b) => [() => mul(g, b), () => mul(g, a)])
export const divOperator = binary("div", "Div", "same", (g, _, b, y) => [() => div(g, b), () => neg(div(mul(g, y), b))])
/** Where both are equal, the first takes the gradient. */
export const maximumOperator = binary("maximum", "Max", "same", (g, a, b) => [
  () => mul(g, indicator(less(a, b), false)),
  () => mul(g, indicator(less(a, b), true)),
])
export const minimumOperator = binary("minimum", "Min", "same", (g, a, b) => [
  () => mul(g, indicator(greater(a, b), false)),
  () => mul(g, indicator(greater(a, b), true)),
])
export const greaterOperator = binary("greater", "Greater", "bool")
export const lessOperator = binary("less", "Less", "bool")
export const equalOperator = binary("equal", "Equal", "bool")

/** 1 where the condition has the value, else 0. */
const indicator = (condition: Tensor, value: boolean): Tensor => {
  const one = cast(condition, "float")
  return value ? one : sub(constant(1), one)
}

/** Reads through a broadcast that the operator would do itself. */
const plain = (x: Tensor, other: Tensor): Tensor => {
  if (x.op !== "broadcastTo") return x
  const narrow = x.inputs[0]
  const shape = broadcastShapes(narrow.shape, other.shape)
  return shape && sameShape(shape, broadcastShapes(x.shape, other.shape) ?? []) ? narrow : x
}

const build =
  (operator: Operator) =>
  (a: Tensor, b: Tensor): Tensor => {
    const left = plain(a, b)
    return apply(operator, [left, plain(b, left)])
  }

export const add = build(addOperator)
export const sub = build(subOperator)
export const mul = (a: Tensor, b: Tensor): Tensor => {
  const left = plain(a, b)
  const right = plain(b, left)
  const [x, y] = [scalarOf(left), scalarOf(right)]
  if (y !== undefined && left.dtype === "float") return scale(left, y)
  return x !== undefined && right.dtype === "float" ? scale(right, x) : apply(mulOperator, [left, right])
}
export const div = (a: Tensor, b: Tensor): Tensor => {
  const right = plain(b, a)
  const y = scalarOf(right)
  return y !== undefined && a.dtype === "float" && y !== 0
    ? scale(a, 1 / y)
    : apply(divOperator, [plain(a, right), right])
}
export const maximum = build(maximumOperator)
export const minimum = build(minimumOperator)
export const greater = build(greaterOperator)
export const less = build(lessOperator)
export const equal = build(equalOperator)

export const whereOperator: Operator = {
  name: "where",
  shape: ([condition, a, b]) => {
    const inner = broadcastShapes(a.shape, b.shape)
    const shape = inner && broadcastShapes(condition.shape, inner)
    if (shape === undefined)
      throw new ShapeError("where", `${[condition, a, b].map((x) => showShape(x.shape)).join(", ")} do not broadcast`)
    if (condition.dtype !== "bool" || a.dtype !== b.dtype)
      throw new ShapeError(
        "where",
        `(${condition.dtype}, ${a.dtype}, ${b.dtype}) does not fit`,
        "give a bool condition and two tensors of one type",
      )
    return { shape, dtype: a.dtype }
  },
  gradient: ({ node, gradient, wanted }) => {
    const [condition, a, b] = node.inputs
    const zero = constant(0)
    return [
      undefined,
      wanted[1] ? sumTo(where(condition, gradient, zero), a.shape) : undefined,
      wanted[2] ? sumTo(where(condition, zero, gradient), b.shape) : undefined,
    ]
  },
  emit: (emitter, inputs) => emitter.add("Where", inputs),
}
export const where = (condition: Tensor, a: Tensor, b: Tensor): Tensor => apply(whereOperator, [condition, a, b])
