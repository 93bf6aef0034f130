/** What is added to the scores of attention: nothing where a query sees a key, a large negative number where it does not, and what their distance is worth. */
import { addDims, type Dim } from "../dimension.ts"
import { ShapeError } from "../errors.ts"
import { constant } from "../leaves.ts"
import { add, less, maximum, minimum, sub } from "../operators/arithmetic.ts"
import { broadcastTo } from "../operators/broadcasting.ts"
import { concat } from "../operators/cutting.ts"
import { gather } from "../operators/indexing.ts"
import { cast, scale } from "../operators/linear.ts"
import { insertOne, reshape, transpose } from "../operators/reshaping.ts"
import { range } from "../operators/sources.ts"
import type { Tensor } from "../tensor.ts"
import { settle } from "./align.ts"
import type { AttentionOptions, Prefix } from "./attention_options.ts"

/** What a masked score loses: finite, and so large that its weight is 0. */
const MASKED = -1e9
/**
 * What the score of a text's last token loses where it stands again after it: its weight is below 1e-17, which no float32 sum
 * sees. With more it were among the numbers next to 0, which processors multiply many times slower.
 */
const AGAIN = -40

/**
 * Whether the keys that a text lacks lose no more than that: all else that tells keys apart could raise them.
 */
export const losesLittle = ({ causal, window, relative, mask }: AttentionOptions): boolean =>
  !causal && window === undefined && !relative && !mask

/** Of queries [length] and the keys that `mask` [examples, keys] has. [examples, 1 or heads, 1 or length, prefix and keys] */
export const bias = (length: Dim, mask: Tensor, options: AttentionOptions): Tensor => {
  const { prefix, causal = false, window, relative } = options
  const padding = hidden(mask, losesLittle(options) ? AGAIN : MASKED)
  const query = reshape(range(length), [length, 1])
  const key = reshape(query, [1, length])
  const unseen = [
    ...(causal ? [beyond(query, key, 0)] : []),
    ...(window === undefined ? [] : [beyond(key, query, window), ...(causal ? [] : [beyond(query, key, window)])]),
  ]
  const places = () => reshape(scale(unseen.reduce(add), MASKED), [1, 1, length, length])
  const seen = unseen.length > 0 ? add(padding, places()) : padding
  const tokens = relative ? add(seen, worth(relative, reshape(sub(key, query), [1, length, length]))) : seen
  if (prefix === undefined) return tokens
  const before = prefix.mask ? hidden(prefix.mask) : constant(0)
  const size = prefix.keys.shape[prefix.keys.shape.length - 2]
  const shape = [...tokens.shape.slice(0, 3), size]
  const first = broadcastTo(before, shape)
  const placed = relative && prefix.start ? worthOfPrefix(relative, prefix, query, size) : undefined
  return concat([placed ? add(first, broadcastTo(placed, shape)) : first, tokens], 3)
}

/** Rows of a table [2 reach + 1, heads] by distances int [.., length, keys], cut at the reach: [.., heads, length, keys]. */
const worth = (table: Tensor, distance: Tensor): Tensor => {
  const [rows] = table.shape
  if (table.rows || table.shape.length !== 2 || typeof rows !== "number" || rows % 2 === 0)
    throw new ShapeError("attention", "`relative` is no table of distances", "give a plain [2 reach + 1, heads]")
  const reach = (rows - 1) / 2
  const cut = maximum(minimum(distance, constant(reach, "int")), constant(-reach, "int"))
  return transpose(gather(settle(table), add(cut, constant(reach, "int"))), [0, 3, 1, 2])
}

/** The same of the keys of a prefix; those without a place are worth nothing. */
const worthOfPrefix = (relative: Tensor, { start, placeless = 0 }: Prefix, query: Tensor, size: Dim): Tensor => {
  const placed = addDims(size, -placeless)
  const first = reshape(start as Tensor, [(start as Tensor).shape[0], 1, 1])
  const key = sub(reshape(range(placed), [1, 1, placed]), first)
  const values = worth(relative, sub(key, reshape(query, insertOne(query.shape, 0))))
  if (placeless === 0) return values
  return concat([broadcastTo(constant(0), [...values.shape.slice(0, 3), placeless]), values], 3)
}

/** 1 where place b lies more than `window` behind place a, else 0. */
const beyond = (a: Tensor, b: Tensor, window: number): Tensor =>
  cast(less(window === 0 ? a : add(a, constant(window, "int")), b), "float")

/** 0 where a mask [examples or none, keys] is 1, else a negative number: [examples or 1, 1, 1, keys]. */
export const hidden = (mask: Tensor, loss = MASKED): Tensor => {
  const keys = mask.shape[mask.shape.length - 1]
  return reshape(scale(sub(constant(1), mask), loss), [mask.shape.length > 1 ? mask.shape[0] : 1, 1, 1, keys])
}
