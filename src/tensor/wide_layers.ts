/**
 * Finds the wide layers of a program: values of every token that are far wider than the states that they are made of and lead
 * to, as inside a feed-forward layer, in its forward pass and in its gradient.
 */
import { sameShape } from "./dimension.ts"
import type { Program } from "./program.ts"
import { type Readers, readersOf } from "./readers.ts"
import { isLeaf, type Tensor } from "./tensor.ts"

export interface WideLayer {
  /** Wide values that read one another: each row of them depends on the same row of what they read. */
  readonly wide: ReadonlySet<Tensor>
  /** The products that read them and give narrow values. */
  readonly ends: ReadonlySet<Tensor>
  /** Those of the wide values that depend on no end, and that others read which do: what the gradient keeps of the forward pass. */
  readonly kept: ReadonlySet<Tensor>
  /** What depends on an end. */
  readonly late: ReadonlySet<Tensor>
}

/** Columns of a wide value: with fewer, passes over it cost next to nothing. */
const WIDE = 1024
/** How many times wider a value is than what it is made of, and than what it leads to. */
const TIMES = 2

/** Of layers where all that reads a wide value is in the layer, or ends it. */
export const wideLayersOf = ({ nodes, outputs }: Program): readonly WideLayer[] => {
  const readers = readersOf(nodes)
  const given = new Set(Object.values(outputs))
  return groupsOf(nodes).flatMap((wide) => {
    const ends = [...wide].some((x) => given.has(x)) ? undefined : endsOf(wide, readers)
    if (!ends) return []
    const late = lateOf(ends, nodes)
    const keeps = (x: Tensor) => !late.has(x) && (readers.get(x) ?? []).some((reader) => late.has(reader))
    return [{ wide, ends, late, kept: new Set([...wide].filter(keeps)) }]
  })
}

/** Wide products, with all that is made of them value by value. */
const groupsOf = (nodes: readonly Tensor[]): readonly ReadonlySet<Tensor>[] => {
  const groups = new Map<Tensor, Set<Tensor>>()
  for (const node of nodes) {
    const own = node.inputs.filter((x) => groups.has(x))
    const goesOn =
      ELEMENTWISE.has(node.op) && own.length > 0 && node.inputs.every((x) => alike(x, node) || oneForAll(x))
    if (!goesOn && !isWideProduct(node)) continue
    const merged = new Set<Tensor>([node])
    for (const x of own) for (const one of groups.get(x) ?? []) merged.add(one)
    for (const one of merged) groups.set(one, merged)
  }
  return [...new Set(groups.values())]
}

const ELEMENTWISE: ReadonlySet<string> = new Set(
  "abs add affine div erf exp gelu geluSlope maximum minimum mul neg relu scale sigmoid silu sub tanh".split(" "),
)

const alike = (x: Tensor, node: Tensor): boolean => sameShape(x.shape, node.shape)
/** A number, or a row. */
const oneForAll = (x: Tensor): boolean => x.shape.every((n) => typeof n === "number") && x.shape.length < 2

/** Rows of tokens times a matrix. */
const isProduct = ({ op, inputs: [x, matrix], attributes, shape }: Tensor): boolean =>
  (op === "gemm" || op === "matmul") &&
  shape.length === 2 &&
  x.shape.length === 2 &&
  typeof x.shape[0] === "string" &&
  matrix.shape.every((n) => typeof n === "number") &&
  !attributes.transposeA

const columns = ({ shape }: Tensor): number => Number(shape.at(-1))

const isWideProduct = (node: Tensor): boolean =>
  !isLeaf(node) && isProduct(node) && columns(node) >= Math.max(WIDE, TIMES * columns(node.inputs[0]))

const endsOf = (wide: ReadonlySet<Tensor>, readers: Readers): ReadonlySet<Tensor> | undefined => {
  const ends = new Set<Tensor>()
  for (const x of wide)
    for (const reader of readers.get(x) ?? []) {
      if (wide.has(reader)) continue
      const [operand, ...others] = reader.inputs
      const narrows = isProduct(reader) && operand === x && !others.includes(x) && TIMES * columns(reader) <= columns(x)
      if (!narrows) return undefined
      ends.add(reader)
    }
  return ends
}

const lateOf = (ends: ReadonlySet<Tensor>, nodes: readonly Tensor[]): ReadonlySet<Tensor> => {
  const late = new Set<Tensor>()
  for (const node of nodes) if (node.inputs.some((x) => late.has(x) || ends.has(x))) late.add(node)
  return late
}
