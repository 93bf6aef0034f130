/**
 * Products with frozen matrices in blocks of columns, where onnxruntime multiplies so nearer to the processor's peak and adds the
 * bias on the way. What is done element by element between two of them stays in blocks. Values stay the same up to rounding.
 */
import { sameShape } from "./dimension.ts"
import { derivedWeight } from "./leaves.ts"
import { add } from "./operators/arithmetic.ts"
import { blockedProduct, blockedShape, fromBlocks, toBlocks } from "./operators/blocks.ts"
import { type Program, program } from "./program.ts"
import { readersOf } from "./readers.ts"
import { type HostTensor, isLeaf, type Tensor } from "./tensor.ts"

/**
 * Weights of the rule: what a row wins by each multiplication and by each number with a bias, and loses by each number that is
 * moved. They take the feed-forward layers of transformers, forward and backward alike, and leave their square projections, which was
 * best in whole steps. `tests/bench/speed/blocks.ts` measures the three alone, where less is won and less is lost.
 */
const COST = { multiplied: 0.002, biased: 0.3, moved: 1 }

/** `size`: columns of a block. */
export const withBlocks = (source: Program, size: number): Program => {
  const rows = new Map<Tensor, Tensor>()
  const blocks = new Map<Tensor, Tensor>()
  const matrices = new Map<string, Tensor>()
  const rowsOf = (x: Tensor): Tensor => once(rows, x, () => fromBlocks(blocks.get(x) as Tensor))
  const blocksOf = (x: Tensor): Tensor => once(blocks, x, () => toBlocks(rowsOf(x)))
  const { products, inside, gain } = blockable(source, size)

  const multiply = (node: Tensor): void => {
    const [x, W, addend] = node.inputs
    const { transposeB, alpha } = node.attributes as { transposeB: boolean; alpha: number }
    const name = `${W.attributes.name}/blocks/${alpha}${transposeB ? "/transposed" : ""}`
    const [inner, outer] = transposeB ? [...W.shape].reverse() : W.shape
    const data = () => matrixInBlocks(W.attributes.host as HostTensor, transposeB, alpha, size)
    const matrix = once(matrices, name, () => derivedWeight(name, [outer, inner, 1, 1] as number[], data))
    if (!addend || isRow(addend)) blocks.set(node, blockedProduct(blocksOf(x), matrix, addend && rowsOf(addend)))
    else rows.set(node, add(fromBlocks(blockedProduct(blocksOf(x), matrix)), rowsOf(addend)))
  }
  for (const node of source.nodes) {
    if (isLeaf(node)) rows.set(node, node)
    else if (products.has(node) && gain(node, blocks) > 0) multiply(node)
    else if (inside.has(node) && node.inputs.every((x) => isScalar(x) || blocks.has(x))) {
      const inputs = node.inputs.map((x) => (isScalar(x) ? rowsOf(x) : blocksOf(x)))
      blocks.set(node, { ...node, inputs, shape: blockedShape(node.shape) })
    } else rows.set(node, { ...node, inputs: node.inputs.map(rowsOf) })
  }
  return program(Object.fromEntries(Object.entries(source.outputs).map(([name, x]) => [name, rowsOf(x)])))
}

const once = <Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value => {
  const value = known.get(key) ?? make()
  known.set(key, value)
  return value
}

const isScalar = ({ shape }: Tensor): boolean => shape.length === 0
const isRow = ({ shape }: Tensor): boolean => shape.length === 1

/** Operators that say nothing of places. */
const elementwise: ReadonlySet<string> = new Set([
  ...["add", "sub", "mul", "div", "neg", "scale", "affine"],
  ...["erf", "exp", "gelu", "relu", "sigmoid", "tanh", "greater", "less", "cast"],
])

interface Blockable {
  /** What can be multiplied in blocks. */
  readonly products: ReadonlySet<Tensor>
  /** What can be done in blocks with results of products alone. */
  readonly inside: ReadonlySet<Tensor>
  /** What a product in blocks wins over one in rows, where some values are in blocks already. */
  readonly gain: (product: Tensor, blocks: ReadonlyMap<Tensor, Tensor>) => number
}

const blockable = ({ nodes }: Program, size: number): Blockable => {
  const readers = readersOf(nodes)
  const products = new Set(nodes.filter((node) => isFrozen(node, size)))
  const inside = new Set<Tensor>()
  const isMade = (x: Tensor) => inside.has(x) || (products.has(x) && (x.inputs[2] === undefined || isRow(x.inputs[2])))
  for (const node of nodes)
    if (
      elementwise.has(node.op) &&
      node.shape.length === 2 &&
      node.inputs.every((x) => isScalar(x) || (isMade(x) && sameShape(x.shape, node.shape)))
    )
      inside.add(node)

  /** A product adds matrices in rows. */
  const multiplies = (reader: Tensor, x: Tensor): boolean => products.has(reader) && reader.inputs[0] === x
  /** How many of a result, and of what is done inside with it, are read in rows. */
  const leaving = (product: Tensor): number => {
    if (!isMade(product)) return 1
    const values = new Set([product])
    let count = 0
    for (const x of values) {
      const read = readers.get(x) ?? []
      if (read.length === 0 || read.some((reader) => !inside.has(reader) && !multiplies(reader, x))) count++
      for (const reader of read) if (inside.has(reader)) values.add(reader)
    }
    return count
  }
  const gain: Blockable["gain"] = (product, blocks) => {
    const [x, , addend] = product.inputs
    const [inner, outer] = [x.shape[1] as number, product.shape[1] as number]
    const sharing = (readers.get(x) ?? []).filter((reader) => multiplies(reader, x)).length
    const moved = (blocks.has(x) ? 0 : inner / sharing) + outer * leaving(product)
    const biased = addend && isRow(addend) ? outer : 0
    return COST.multiplied * inner * outer + COST.biased * biased - COST.moved * moved
  }
  return { products, inside, gain }
}

/** [rows, in] by a frozen matrix, plus a row, a matrix or nothing. */
const isFrozen = ({ op, inputs: [x, W], attributes, shape }: Tensor, size: number): boolean =>
  (op === "matmul" || op === "gemm") &&
  W.op === "weight" &&
  W.shape.length === 2 &&
  W.shape.every((dim) => (dim as number) % size === 0) &&
  x.shape.length === 2 &&
  typeof shape[0] === "string" &&
  !attributes.transposeA

/** alpha W [in, out], or alpha W^T, as [out / size, in, size]. */
const matrixInBlocks = (
  { shape, data }: HostTensor,
  transposed: boolean,
  alpha: number,
  size: number,
): Float32Array => {
  const [inner, outer] = transposed ? [shape[1], shape[0]] : shape
  const [down, across] = transposed ? [1, shape[1]] : [shape[1], 1]
  const result = new Float32Array(data.length)
  let at = 0
  for (let first = 0; first < outer; first += size)
    for (let i = 0; i < inner; i++)
      for (let o = first; o < first + size; o++) result[at++] = alpha * Number(data[i * down + o * across])
  return result
}
