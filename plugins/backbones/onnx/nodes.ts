/** The steps of an imported network as symbolic tensors: one table. */
import {
  ACTIVATIONS,
  abs,
  add,
  attention,
  broadcastTo,
  cast,
  concat,
  constant,
  cos,
  type Dim,
  type DType,
  div,
  equal,
  erf,
  exp,
  gather,
  greater,
  layerNorm,
  less,
  log,
  matmul,
  max,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  pow,
  relu,
  reshape,
  rmsNorm,
  rotary,
  rounded,
  scalarOf,
  scale,
  sigmoid,
  sin,
  slice,
  softmax,
  sqrt,
  sub,
  sum,
  type Tensor,
  type Trace,
  tanh,
  toPadded,
  transpose,
  where,
  withRows,
} from "../../../src/plugin/index.ts"
import type { Step } from "./graph.ts"
import { packed, paddedOf, perToken, rowAxes, tokensOf, type Value } from "./values.ts"

export interface Surroundings {
  readonly step: Step
  readonly trace: Trace
}

type Rule = (inputs: readonly Value[], around: Surroundings) => Tensor

/** Of operands that broadcast: on rows of tokens where one has them and the others let it, else on the shape of the graph. */
const together =
  (build: (operands: readonly Tensor[]) => Tensor): Rule =>
  (inputs, { step: { shape }, trace }) => {
    const axes = rowAxes(shape)
    const fitting = axes > 0 && inputs.some(packed) ? inputs.map((value) => perToken(value, shape, axes, trace)) : []
    const fits = fitting.length > 0 && fitting.every((one) => one !== undefined)
    return build(fits ? (fitting as Tensor[]) : inputs.map(paddedOf))
  }

const unary =
  (build: (x: Tensor, around: Surroundings) => Tensor): Rule =>
  ([x], around) =>
    build(x.tensor, around)
const folded = (build: (a: Tensor, b: Tensor) => Tensor): Rule =>
  together((operands) => operands.reduce((a, b) => build(a, b)))
const compared = (build: (a: Tensor, b: Tensor) => Tensor, turned = false): Rule =>
  together(([a, b]) => (turned ? not(build(b, a)) : build(a, b)))
const not = (condition: Tensor): Tensor => equal(cast(condition, "int"), constant(0, "int"))

const axesOf = (step: Step): readonly number[] => step.settings.axes as number[]
const reduced =
  (build: (x: Tensor, axes: readonly number[], keep: boolean) => Tensor): Rule =>
  ([x], { step }) => {
    const [rows, keep] = [rowAxes(x.shape), step.settings.keepdims === 1]
    const within = packed(x) && axesOf(step).every((axis) => axis >= rows)
    return within
      ? build(
          x.tensor,
          axesOf(step).map((axis) => axis - rows + 1),
          keep,
        )
      : build(paddedOf(x), axesOf(step), keep)
  }

/** The axis of the tensor for an axis of the graph, and the tensor. */
const along = (x: Value, axis: number): readonly [Tensor, number] => {
  const rows = rowAxes(x.shape)
  return packed(x) && axis >= rows ? [x.tensor, axis - rows + 1] : [paddedOf(x), axis]
}

const linear: Rule = ([x, weight, bias], { step, trace }) => {
  const apply = (tensor: Tensor) =>
    bias ? add(matmul(tensor, weight.tensor), bias.tensor) : matmul(tensor, weight.tensor)
  if (rowAxes(x.shape) === 0) return apply(x.tensor)
  const tokens = tokensOf(x, trace)
  return step.site ? trace.linear(step.site, tokens, weight.tensor, bias?.tensor) : apply(tokens)
}

const norm: Rule = ([x, gain, bias], { step, trace }) => {
  const kind = step.settings.kind as "layer" | "rms"
  const epsilon = step.settings.epsilon as number
  if (step.site)
    return trace.norm(step.site, tokensOf(x, trace), {
      kind,
      gain: gain.tensor,
      ...(bias ? { bias: bias.tensor } : {}),
      epsilon,
    })
  const zeros = () => constant(new Array(x.shape.at(-1) as number).fill(0))
  return kind === "rms"
    ? rmsNorm(x.tensor, gain.tensor, epsilon)
    : layerNorm(x.tensor, gain.tensor, bias?.tensor ?? zeros(), epsilon)
}

const attended: Rule = (inputs, { step, trace }) => {
  const { heads, groups, causal, window, scale: factor } = step.settings as Readonly<Record<string, number>>
  const [q, k, v] = inputs.map((value) => tokensOf(value, trace))
  const options = { groups, ...(causal === 1 ? { causal: true } : {}), ...(window >= 0 ? { window } : {}) }
  const queries = Math.abs(factor - 1) < 1e-5 ? q : scale(q, factor)
  return step.site
    ? trace.attention(step.site, queries, k, v, heads, options)
    : attention(queries, k, v, heads, options)
}

const turned: Rule = ([x], { step, trace }) =>
  rotary(tokensOf(x, trace), trace.positions, step.settings.heads as number, step.settings.frequencies as number[])

const reshaped: Rule = ([x], { step: { shape } }) => {
  const [from, to] = [rowAxes(x.shape), rowAxes(shape)]
  if (packed(x) && from > 0 && to > 0) return reshape(x.tensor, ["length", ...shape.slice(to)])
  return reshape(paddedOf(x), shape)
}

const transposed: Rule = ([x], { step }) => {
  const perm = step.settings.perm as number[]
  const rows = rowAxes(x.shape)
  const stays = packed(x) && perm.slice(0, rows).every((axis, i) => axis === i)
  return stays
    ? transpose(x.tensor, [0, ...perm.slice(rows).map((axis) => axis - rows + 1)])
    : transpose(paddedOf(x), perm)
}

const sliced: Rule = ([x], { step }) => {
  const { axis, start, end } = step.settings as { axis: number; start: Dim; end: Dim }
  if (start === 0 && end === x.shape[axis]) return x.tensor
  if (typeof start !== "number" || typeof end !== "number")
    throw new RangeError(`a part from ${start} to ${end} of an axis of ${x.shape[axis]} is not cut`)
  const [tensor, at] = along(x, axis)
  return slice(tensor, at, start, end)
}

const joined: Rule = (inputs, { step, trace }) => {
  const rank = step.shape.length
  const named = step.settings.axis as number
  const axis = named < 0 ? named + rank : named
  const rows = rowAxes(step.shape)
  return inputs.some(packed) && axis >= rows && rows > 0
    ? concat(
        inputs.map((value) => tokensOf(value, trace)),
        axis - rows + 1,
      )
    : concat(inputs.map(paddedOf), axis)
}

const expanded: Rule = ([x], { step: { shape } }) =>
  shape.length === x.shape.length && shape.every((dim, axis) => dim === x.shape[axis])
    ? x.tensor
    : broadcastTo(paddedOf(x), shape)

const softmaxed: Rule = ([x], { step }) => {
  const axis = (step.settings.axis ?? -1) as number
  const [tensor, at] = along(x, axis < 0 ? axis + x.shape.length : axis)
  return softmax(tensor, at)
}

const power: Rule = ([x, exponent]) => {
  const number = scalarOf(exponent.tensor)
  if (number === undefined) throw new RangeError("only constant powers are computed")
  return pow(x.tensor, number)
}

/** Row p of a table at position p: rows of tokens where the token axes come first, else the shape of the graph. */
const atPositions: Rule = ([table], { step: { shape }, trace }) => {
  const rows = gather(table.tensor, trace.positions)
  if (rowAxes(shape) > 0) return rows
  const padded = withRows(toPadded(rows), undefined)
  return reshape(padded, shape)
}

/** Numbers for what is seen and what is not: tokens that are there, or pairs of a query and a key. */
const masked: Rule = (_, { step: { shape, settings }, trace: { layout, positions } }) => {
  const { sees, yes, no, dtype } = settings as { sees: string; yes: number; no: number; dtype: DType }
  const place = withRows(toPadded(cast(positions, "float")), undefined)
  const later = () =>
    cast(greater(reshape(place, ["examples", 1, "length"]), reshape(place, ["examples", "length", 1])), "float")
  const key = () => broadcastTo(reshape(layout.mask, ["examples", 1, "length"]), ["examples", "length", "length"])
  const seen = sees === "there" ? layout.mask : sees === "key" ? key() : mul(sub(constant(1), later()), key())
  const unseen = Math.max(no, LOWEST)
  const value = reshape(add(scale(seen, yes - unseen), constant(unseen)), shape)
  return dtype === "float" ? value : cast(value, dtype)
}

/** Low enough for any score to vanish, and far from where float32 ends. */
const LOWEST = -1e9

const literal: Rule = (_, { step: { settings } }) => {
  const [values, dtype] = [settings.values as number[], settings.dtype as DType]
  return dtype === "bool"
    ? cast(constant(values[0], "int"), "bool")
    : constant(values.length === 1 ? values[0] : values, dtype)
}

/** In steps, so that no gradient can pass: trained adapters stand after it, or the error names the node. */
const inSteps = (how: "Ceil" | "Floor" | "Round" | "Sign"): Rule =>
  unary((x, { step }) => rounded(x, how, `the node ${step.node} (${how})`))

export const rules: Readonly<Record<string, Rule>> = {
  Abs: unary(abs),
  Activation: unary((x, { step }) => ACTIVATIONS[step.settings.kind as string](x)),
  Add: folded(add),
  And: folded((a, b) => equal(add(cast(a, "int"), cast(b, "int")), constant(2, "int"))),
  AtPositions: atPositions,
  Attention: attended,
  Cast: unary((x, { step }) =>
    cast(x, ({ 9: "bool", 6: "int", 7: "int" } as Record<number, DType>)[step.settings.to as number] ?? "float"),
  ),
  Ceil: inSteps("Ceil"),
  Concat: joined,
  Cos: unary(cos),
  Div: folded(div),
  Embed: ([table], { trace }) => gather(table.tensor, trace.ids),
  Equal: compared(equal),
  Erf: unary(erf),
  Exp: unary(exp),
  Expand: expanded,
  Floor: inSteps("Floor"),
  Greater: compared(greater),
  GreaterOrEqual: compared((a, b) => greater(a, b), true),
  Less: compared(less),
  LessOrEqual: compared((a, b) => less(a, b), true),
  Linear: linear,
  Literal: literal,
  Log: unary(log),
  Mask: masked,
  MatMul: ([a, b]) => matmul(paddedOf(a), paddedOf(b)),
  Max: folded(maximum),
  Min: folded(minimum),
  Mul: folded(mul),
  Neg: unary(neg),
  Norm: norm,
  Not: unary(not),
  Pow: power,
  Reciprocal: unary((x) => div(constant(1), x)),
  ReduceMax: reduced(max),
  ReduceMean: reduced(mean),
  ReduceSum: reduced(sum),
  Relu: unary(relu),
  Reshape: reshaped,
  Rotary: turned,
  Round: inSteps("Round"),
  Sigmoid: unary(sigmoid),
  Sign: inSteps("Sign"),
  Sin: unary(sin),
  Slice: sliced,
  Softmax: softmaxed,
  Sqrt: unary(sqrt),
  Sub: folded(sub),
  Sum: folded(add),
  Tanh: unary(tanh),
  Transpose: transposed,
  Where: together(([condition, a, b]) => where(condition, a, b)),
}
