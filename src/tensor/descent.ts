/**
 * How a choice goes down through an operator whose result at a token depends on its inputs at that token alone:
 * f(x) at a token is f of x at that token.
 */
import { type Choice, chosenDim, onePerExample } from "./chosen.ts"
import { multiplyDims, type Shape, sizeOf, termsOf } from "./dimension.ts"
import { apply } from "./operator.ts"
import { broadcastTo } from "./operators/broadcasting.ts"
import { gather } from "./operators/indexing.ts"
import { insertOne, reshape } from "./operators/reshaping.ts"
import { operatorOf } from "./operators/table.ts"
import type { Tensor } from "./tensor.ts"

/** A node at a choice: `build` makes it of what it reads, whole or at choices of their own. */
export interface Descent {
  readonly reads: readonly { readonly of: Tensor; readonly choice?: Choice }[]
  readonly build: (images: readonly Tensor[]) => Tensor
}

/** Undefined where the node is computed as a whole and cut. */
export const descend = (node: Tensor, choice: Choice): Descent | undefined => {
  if (choice.padded && node.shape[0] !== "examples") return undefined
  const descent = rules[node.op]?.(node, choice)
  const packed = descent?.reads.every((read) => !read.choice || read.choice.padded || read.choice.axis === 0)
  return packed ? descent : undefined
}

type Rule = (node: Tensor, choice: Choice) => Descent | undefined

/** The node of the same operator on other inputs. */
const again = (node: Tensor, inputs: readonly Tensor[], attributes = node.attributes): Tensor =>
  apply(operatorOf(node.op), inputs, attributes)

const whole = (of: Tensor) => ({ of })

/** Inputs broadcast to the node by trailing axes; those as long as the node along the axis are cut, others have one row for all. */
const elementwise: Rule = (node, choice) => {
  const reads = broadcastReads(node, choice)
  return reads && { reads, build: (inputs) => again(node, inputs) }
}

const broadcastReads = (node: Tensor, choice: Choice): Descent["reads"] | undefined => {
  const along = (x: Tensor) => choice.axis - (node.shape.length - x.shape.length)
  const isCut = (x: Tensor) => along(x) >= 0 && x.shape[along(x)] !== 1
  if (node.inputs.some((x) => isCut(x) && along(x) !== choice.axis)) return undefined
  return node.inputs.map((of) => (isCut(of) ? { of, choice } : whole(of)))
}

/** The first input is cut, along the axis that the rule finds; the others are read as wholes. */
const firstInput =
  (axisOf: (node: Tensor, axis: number) => number | undefined): Rule =>
  (node, choice) => {
    const axis = axisOf(node, choice.axis)
    if (axis === undefined) return undefined
    const [first, ...rest] = node.inputs
    return { reads: [{ of: first, choice: { ...choice, axis } }, ...rest.map(whole)], build: (xs) => again(node, xs) }
  }

/** Operators along the last axis. */
const alongLast = firstInput((node, axis) => (axis < node.shape.length - 1 ? axis : undefined))

/** The axis of what is reduced that an axis of the result was. */
const reduced = firstInput(({ inputs: [x], attributes }, axis) => {
  const axes = (attributes.axes ?? [attributes.axis]) as readonly number[]
  if (attributes.keep) return axes.includes(axis) ? undefined : axis
  return x.shape.map((_, i) => i).filter((i) => !axes.includes(i))[axis]
})

/** All inputs are cut alike. */
const alike =
  (applies: (node: Tensor, axis: number) => boolean): Rule =>
  (node, choice) =>
    applies(node, choice.axis)
      ? { reads: node.inputs.map((of) => ({ of, choice })), build: (inputs) => again(node, inputs) }
      : undefined

const alongOther = alike(({ attributes }, axis) => attributes.axis !== axis)

/** Rows of the left matrix, or a batch axis of both. */
const product: Rule = (node, choice) => {
  const { axis } = choice
  const [a, b] = node.inputs
  const rank = node.shape.length
  if (axis === rank - 1) return undefined
  const build: Descent["build"] = (inputs) => again(node, inputs)
  if (axis < rank - 2) {
    const reads = broadcastReads(node, choice)
    return reads && { reads, build }
  }
  const rows = a.shape.length - (node.attributes.transposeA ? 1 : 2)
  return { reads: [{ of: a, choice: { ...choice, axis: rows } }, whole(b)], build }
}

/** The axis of the narrower shape whose blocks over all places are those of the result. */
const reshaped: Rule = (node, choice) => {
  const [x] = node.inputs
  const length = choice.padded?.length ?? node.shape[choice.axis]
  const outer = multiplyDims(sizeOf(node.shape.slice(0, choice.axis)), choice.blocks)
  const inner = sizeOf(node.shape.slice(choice.axis + 1))
  for (const [axis, dim] of x.shape.entries()) {
    const [{ coefficient: blocks, names }, ...more] = termsOf(dim)
    if (more.length > 0 || names.join("*") !== length) continue
    if (!choice.padded && (axis !== 0 || blocks !== 1)) continue
    if (multiplyDims(sizeOf(x.shape.slice(0, axis)), blocks) !== outer || sizeOf(x.shape.slice(axis + 1)) !== inner)
      continue
    const shape: Shape = node.shape.with(choice.axis, chosenDim(choice))
    return { reads: [{ of: x, choice: { ...choice, axis, blocks } }], build: ([image]) => reshape(image, shape) }
  }
  return undefined
}

const transposed: Rule = (node, choice) => {
  const permutation = node.attributes.permutation as readonly number[]
  const axis = permutation[choice.axis]
  return { reads: [{ of: node.inputs[0], choice: { ...choice, axis } }], build: (xs) => again(node, xs) }
}

const repeated: Rule = (node, choice) => {
  const reads = broadcastReads(node, choice)
  const shape = node.shape.with(choice.axis, chosenDim(choice))
  return reads && { reads, build: ([image]) => broadcastTo(image, shape) }
}

/** Rows of a plain table by indices that are cut. */
const looked: Rule = (node, choice) => {
  const [table, indices] = node.inputs
  if (choice.axis >= indices.shape.length) return undefined
  return { reads: [whole(table), { of: indices, choice }], build: (inputs) => again(node, inputs) }
}

/** The value of an example at a token of it is that value. */
const spreadOut: Rule = ({ inputs: [v, segment] }, choice) =>
  onePerExample(choice)
    ? { reads: [whole(v)], build: ([image]) => image }
    : { reads: [whole(v), { of: segment, choice }], build: ([image, examples]) => gather(image, examples) }

/** From packed tokens to the places of the texts. */
const unpadded: Rule = ({ inputs: [y, , unpad], shape }, choice) => {
  if (!onePerExample(choice)) return undefined
  const padded = { unpad, length: y.shape[1] }
  return {
    reads: [{ of: y, choice: { ...choice, axis: 1, blocks: 1, padded } }],
    build: ([image]) => reshape(image, ["examples", ...shape.slice(1)]),
  }
}

/** And back. */
const padded: Rule = ({ inputs: [x] }, choice) => {
  if (choice.axis !== 1) return undefined
  const { index } = choice
  return {
    reads: [{ of: x, choice: { index, axis: 0, blocks: 1 } }],
    build: ([image]) => reshape(image, insertOne(image.shape, 1)),
  }
}

const names = {
  twoOrMore: ["add", "sub", "mul", "div", "maximum", "minimum", "greater", "less", "equal", "where"],
  one: [
    "abs",
    "exp",
    "log",
    "sqrt",
    "tanh",
    "sigmoid",
    "relu",
    "cos",
    "sin",
    "erf",
    "gelu",
    "geluSlope",
    "silu",
    "pow",
    "rounded",
  ],
  linear: ["neg", "scale", "cast", "stopGradient"],
  last: ["softmax", "logSoftmax", "layerNorm", "rmsNorm", "topKMask"],
  reductions: ["sum", "mean", "max", "argmax"],
}

const rules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries([...names.twoOrMore, ...names.one, ...names.linear].map((name) => [name, elementwise])),
  ...Object.fromEntries(names.last.map((name) => [name, alongLast])),
  ...Object.fromEntries(names.reductions.map((name) => [name, reduced])),
  matmul: product,
  reshape: reshaped,
  transpose: transposed,
  broadcastTo: repeated,
  slice: alongOther,
  padAxis: alongOther,
  concat: alongOther,
  gather: looked,
  oneHot: alongLast,
  pick: alike(() => true),
  rotate: alike(() => true),
  mixture: firstInput(({ inputs: [gates] }, axis) => (axis < gates.shape.length - 1 ? axis : undefined)),
  spread: spreadOut,
  fromPadded: unpadded,
  toPadded: padded,
}
