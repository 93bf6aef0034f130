/** What is read of a value: its rows at some tokens, packed or on the padded shape. */
import { type Dim, multiplyDims, sizeOf } from "./dimension.ts"
import { broadcastTo } from "./operators/broadcasting.ts"
import { gather } from "./operators/indexing.ts"
import { reshape, transpose } from "./operators/reshaping.ts"
import type { Tensor } from "./tensor.ts"

export interface Choice {
  /** int [n], fed: the rows of [tokens, ...] that are read. */
  readonly index: Tensor
  /** The axis of the value that is cut. */
  readonly axis: number
  /** That axis holds so many blocks, each over all places. */
  readonly blocks: number
  /** Present where the axis runs over the places of a text, [examples, .., length, ..]: one of them is read for each example. */
  readonly padded?: { readonly unpad: Tensor; readonly length: Dim }
}

export const keyOf = ({ index, axis, blocks, padded }: Choice): string =>
  `${index.attributes.name} ${axis} ${blocks} ${padded ? "padded" : "packed"}`

/** The choice that a node is, on its first input: gather(x [tokens, ...], index) with a fed index. */
export const choiceOf = ({ op, inputs }: Tensor): Choice | undefined => {
  if (op !== "gather") return undefined
  const [x, index] = inputs
  const fits = index.op === "input" && index.shape.length === 1 && isTokens(x.shape[0]) && x.op !== "parameter"
  return fits ? { index, axis: 0, blocks: 1 } : undefined
}

const isTokens = (dim: Dim): boolean => typeof dim === "string" && /^([a-z]+_)?tokens$/.test(dim)

/** True where the index holds one token of each example, in their order. */
export const onePerExample = ({ index }: Choice): boolean => /(^|\/)(first|last)$/.test(index.attributes.name as string)

/** The size of the axis at a choice. */
export const chosenDim = ({ index, blocks, padded }: Choice): Dim => (padded ? blocks : index.shape[0])

/** The value at a choice, cut out of the whole. */
export const cut = (x: Tensor, { index, axis, blocks, padded }: Choice): Tensor => {
  if (!padded) return gather(x, index)
  const [first, ...rest] = x.shape
  const whole = first === "examples" ? x : broadcastTo(x, ["examples", ...rest])
  const before: Dim = multiplyDims(sizeOf(whole.shape.slice(1, axis)), blocks)
  const parts = reshape(whole, ["examples", before, padded.length, sizeOf(whole.shape.slice(axis + 1))])
  const places = transpose(parts, [0, 2, 1, 3])
  const flat = reshape(places, [multiplyDims("examples", padded.length), ...places.shape.slice(2)])
  return reshape(gather(flat, gather(padded.unpad, index)), whole.shape.with(axis, blocks))
}
