/**
 * Rewrites a program into fewer passes over memory, before it is emitted. Values stay the same up to rounding.
 *
 * - a product plus something is one Gemm: A B + C, with C a bias or a whole matrix
 * - a scaled product is one product, also with a bias: c (A B + b) = (c A B) + (c b)
 * - a factor moves through elementwise products and sums to where a matrix product takes it in
 * - SiLU is the formula that its gradient shares a factor with
 * - where its slope is wanted too, GELU is built from what the slope needs anyway
 */
import { sameShape } from "./dimension.ts"
import { geluOf, slopeOf } from "./gelu_formula.ts"
import { scalarOf } from "./leaves.ts"
import { mul } from "./operators/arithmetic.ts"
import { scale } from "./operators/linear.ts"
import { sigmoid } from "./operators/pointwise.ts"
import { gemm } from "./operators/product.ts"
import { type Program, program } from "./program.ts"
import { readersOf } from "./readers.ts"
import type { Tensor } from "./tensor.ts"

export const fuse = (source: Program): Program => {
  const image = new Map<Tensor, Tensor>()
  const imageOf = (x: Tensor) => image.get(x) as Tensor
  const use = useOf(source)
  for (const node of source.nodes) image.set(node, rewrite(node, node.inputs.map(imageOf), use))
  return program(Object.fromEntries(Object.entries(source.outputs).map(([name, x]) => [name, imageOf(x)])))
}

/** How the values of a program are used. */
interface Use {
  /** One node reads it, once, and it is no output. */
  readonly once: (x: Tensor) => boolean
  /** Only GELU and its slope read it. */
  readonly bent: (x: Tensor) => boolean
  /** The slope of GELU at it is wanted. */
  readonly sloped: (x: Tensor) => boolean
  /** Every reader takes in a factor of it, or hands it on to one that does. */
  readonly sinks: (x: Tensor) => boolean
}

const useOf = ({ nodes, outputs }: Program): Use => {
  const readers = readersOf(nodes)
  const given = new Set(Object.values(outputs))
  const read = (x: Tensor) => readers.get(x) ?? []
  const known = new Map<Tensor, boolean>()
  const takes = (reader: Tensor, x: Tensor): boolean =>
    reader.op === "mul" ? sameShape(reader.shape, x.shape) && sinks(reader) : takers.has(reader.op)
  const sinks = (x: Tensor): boolean => {
    const result = known.get(x) ?? (!given.has(x) && read(x).every((reader) => takes(reader, x)))
    known.set(x, result)
    return result
  }
  return {
    once: (x) => !given.has(x) && read(x).length === 1,
    bent: (x) => !given.has(x) && read(x).every(({ op }) => op === "gelu" || op === "geluSlope"),
    sloped: (x) => read(x).some(({ op }) => op === "geluSlope"),
    sinks,
  }
}

const takers: ReadonlySet<string> = new Set(["matmul", "scale", "sum"])

const rewrite = (node: Tensor, inputs: readonly Tensor[], use: Use): Tensor => {
  const same = { ...node, inputs }
  const [x] = inputs
  const [read] = node.inputs
  switch (node.op) {
    case "scale":
      return scaled(x, node.attributes.factor as number, use.once(read))
    case "gelu":
      return use.sloped(read) ? geluOf(scaled(x, Math.SQRT1_2, use.bent(read))) : same
    case "silu":
      return mul(x, sigmoid(x))
    case "geluSlope":
      return slopeOf(scaled(x, Math.SQRT1_2, use.bent(read)))
    case "sum":
      return withoutFactors(same)
    case "mul":
      return use.sinks(node) ? withoutFactors(same) : same
    case "add":
      return biased(same, node.inputs, use.once) ?? same
    case "matmul":
      return withoutFactors(same)
    default:
      return same
  }
}

/** c x; in x itself where it is a product that nobody else reads. */
const scaled = (x: Tensor, factor: number, own: boolean): Tensor => {
  if (own && x.op === "matmul") return multiplied(x, factor)
  const row = x.op === "gemm" ? x.inputs[2] : undefined
  if (!own || row?.shape.length !== 1) return scale(x, factor)
  const [a, b] = x.inputs
  return { ...multiplied(x, factor), inputs: [a, b, scale(row, factor)] }
}

const multiplied = (product: Tensor, factor: number): Tensor => ({
  ...product,
  attributes: { ...product.attributes, alpha: (product.attributes.alpha as number) * factor },
})

/** Factors of operands that are as large as the node, or of a matrix product, before or in the result. */
const withoutFactors = (node: Tensor): Tensor => {
  let factor = 1
  const inputs = node.inputs.map((x) => {
    if (x.op !== "scale" || (node.op === "mul" && !sameShape(x.shape, node.shape))) return x
    factor *= x.attributes.factor as number
    return x.inputs[0]
  })
  if (factor === 1) return node
  const bare = { ...node, inputs }
  return node.op === "matmul" ? multiplied(bare, factor) : scale(bare, factor)
}

/** A B + C as one node, where a product that nobody else reads is added. */
const biased = (sum: Tensor, read: readonly Tensor[], once: Use["once"]): Tensor | undefined => {
  for (const [product, other] of [
    [0, 1],
    [1, 0],
  ]) {
    const { inputs } = sum
    if (isFlat(inputs[product]) && once(read[product]) && canBias(inputs[other], sum))
      return gemm(inputs[product], inputs[other])
  }
  return undefined
}

const isFlat = (x: Tensor): boolean => x.op === "matmul" && x.inputs.every((operand) => operand.shape.length === 2)

/** What a Gemm can add to a result: a whole matrix, or one row. */
const canBias = (x: Tensor, result: Tensor): boolean =>
  scalarOf(x) === undefined &&
  (sameShape(x.shape, result.shape) || (x.shape.length === 1 && x.shape[0] === result.shape[1]))
