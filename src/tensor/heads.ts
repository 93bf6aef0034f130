/**
 * Attention's way from packed tokens to heads and back in one pass each, where a program has it in three: the padded shape,
 * its heads apart, and the axes in another order. Values stay the same.
 */
import { fromHeads, toHeads } from "./operators/heads.ts"
import { matmul } from "./operators/product.ts"
import { swapLast } from "./operators/reshaping.ts"
import { type Program, program } from "./program.ts"
import type { Tensor } from "./tensor.ts"

export const withHeads = (source: Program): Program => {
  const image = new Map<Tensor, Tensor>()
  const imageOf = (x: Tensor) => image.get(x) as Tensor
  for (const node of source.nodes) image.set(node, rewrite(node, node.inputs.map(imageOf), imageOf))
  return program(Object.fromEntries(Object.entries(source.outputs).map(([name, x]) => [name, imageOf(x)])))
}

const rewrite = (node: Tensor, inputs: readonly Tensor[], imageOf: (x: Tensor) => Tensor): Tensor => {
  const same = inputs.every((x, i) => x === node.inputs[i]) ? node : { ...node, inputs }
  switch (node.op) {
    case "transpose":
      return intoHeads(node, imageOf) ?? same
    case "fromPadded":
      return outOfHeads(node, imageOf) ?? same
    case "matmul":
      return same === node ? node : product(node, inputs)
    default:
      return same
  }
}

/** The transposes of operands are taken in anew. */
const product = ({ attributes }: Tensor, [a, b]: readonly Tensor[]): Tensor => {
  const { transposeA, transposeB, alpha } = attributes as { transposeA: boolean; transposeB: boolean; alpha: number }
  return matmul(a, b, { transposeA, transposeB }, alpha)
}

const permutes = ({ op, attributes }: Tensor, ...permutation: readonly number[]): boolean =>
  op === "transpose" && String(attributes.permutation) === String(permutation)

/** [tokens, heads d] -> [examples, length, heads d] -> [examples, length, heads, d] -> [examples, heads, length, d] or [.., d, length] */
const intoHeads = (node: Tensor, imageOf: (x: Tensor) => Tensor): Tensor | undefined => {
  const turned = permutes(node, 0, 2, 3, 1)
  if (!turned && !permutes(node, 0, 2, 1, 3)) return undefined
  const [split] = node.inputs
  const [padded] = split.inputs
  if (split.op !== "reshape" || split.shape.length !== 4 || padded.op !== "toPadded") return undefined
  const [x, pad] = padded.inputs
  const heads = split.shape[2]
  if (x.shape.length !== 2 || typeof heads !== "number" || split.shape[1] !== pad.shape[1]) return undefined
  const made = toHeads(imageOf(x), imageOf(pad), heads, padded.attributes.full === true)
  return turned ? swapLast(made) : made
}

/** And back. */
const outOfHeads = (node: Tensor, imageOf: (x: Tensor) => Tensor): Tensor | undefined => {
  const [merged, , unpad] = node.inputs
  const [moved] = merged.inputs
  if (merged.op !== "reshape" || merged.shape.length !== 3 || moved.shape.length !== 4) return undefined
  const [y] = moved.inputs
  if (typeof moved.shape[2] !== "number" || merged.shape[1] !== moved.shape[1]) return undefined
  if (permutes(moved, 0, 2, 1, 3)) return fromHeads(imageOf(y), imageOf(unpad))
  if (!permutes(moved, 0, 3, 1, 2) || y.op !== "matmul") return undefined
  return fromHeads(swapLastOf(imageOf(y)), imageOf(unpad))
}

/** (a b)^T = b^T a^T */
const swapLastOf = (y: Tensor): Tensor => {
  const { transposeA, transposeB, alpha } = y.attributes as { transposeA: boolean; transposeB: boolean; alpha: number }
  const [a, b] = y.inputs
  return matmul(b, a, { transposeA: !transposeB, transposeB: !transposeA }, alpha)
}
