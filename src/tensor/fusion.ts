/**
 * Rewrites a program into fewer passes over memory, before it is emitted. Values stay the same up to rounding.
 *
 * - a scaled product is one product: c (A B) = (c A B)
 * - a product plus something is one Gemm: A B + C, with C a bias or a whole matrix
 * - where the gradient needs erf(x/sqrt(2)), GELU is built from it instead of computing it again
 */
import { sameShape } from "./dimension.ts"
import { constant, scalarOf } from "./leaves.ts"
import { add, mul } from "./operators/arithmetic.ts"
import { scale } from "./operators/linear.ts"
import { erf } from "./operators/pointwise.ts"
import { gemm } from "./operators/product.ts"
import { type Program, program } from "./program.ts"
import type { Tensor } from "./tensor.ts"

export const fuse = (source: Program): Program => {
  const { nodes, outputs } = source
  const uses = new Map<Tensor, number>()
  for (const x of [...nodes.flatMap((node) => node.inputs), ...Object.values(outputs)])
    uses.set(x, (uses.get(x) ?? 0) + 1)
  const erfOf = new Set(nodes.filter((node) => node.op === "erf").map((node) => halved(node.inputs[0])))
  const image = new Map<Tensor, Tensor>()
  const imageOf = (x: Tensor) => image.get(x) as Tensor
  const once = (x: Tensor) => uses.get(x) === 1
  for (const node of nodes) image.set(node, rewrite(node, imageOf, once, erfOf))
  return program(Object.fromEntries(Object.entries(outputs).map(([name, x]) => [name, imageOf(x)])))
}

/** x where this is x/sqrt(2). */
const halved = (t: Tensor): Tensor | undefined =>
  t.op === "scale" && t.attributes.factor === Math.SQRT1_2 ? t.inputs[0] : undefined

type Image = (x: Tensor) => Tensor

const rewrite = (
  node: Tensor,
  imageOf: Image,
  once: (x: Tensor) => boolean,
  erfOf: ReadonlySet<Tensor | undefined>,
): Tensor => {
  const inputs = node.inputs.map(imageOf)
  const [x] = inputs
  if (node.op === "scale" && x.op === "matmul" && once(node.inputs[0]))
    return scaled(x, node.attributes.factor as number)
  if (node.op === "gelu" && erfOf.has(node.inputs[0]))
    return scale(mul(x, add(erf(scale(x, Math.SQRT1_2)), constant(1))), 0.5)
  if (node.op === "add") {
    for (const [product, other] of [
      [0, 1],
      [1, 0],
    ]) {
      const fits = isFlat(inputs[product]) && once(node.inputs[product]) && canBias(inputs[other], node)
      if (fits) return gemm(inputs[product], inputs[other])
    }
  }
  const same = { ...node, inputs }
  if (node.op !== "matmul") return same
  const factor = inputs.reduce(
    (product, operand) => product * (operand.op === "scale" ? (operand.attributes.factor as number) : 1),
    1,
  )
  return scaled(
    { ...same, inputs: inputs.map((operand) => (operand.op === "scale" ? operand.inputs[0] : operand)) },
    factor,
  )
}

const scaled = (product: Tensor, factor: number): Tensor => ({
  ...product,
  attributes: { ...product.attributes, alpha: (product.attributes.alpha as number) * factor },
})

const isFlat = (x: Tensor): boolean => x.op === "matmul" && x.inputs.every((operand) => operand.shape.length === 2)

/** What a Gemm can add to a result: a whole matrix, or one row. */
const canBias = (x: Tensor, result: Tensor): boolean =>
  scalarOf(x) === undefined &&
  (sameShape(x.shape, result.shape) || (x.shape.length === 1 && x.shape[0] === result.shape[1]))
