/** Scaled dot-product attention among the tokens of an example (Vaswani et al. 2017). */
import { multiplyDims } from "../dimension.ts"
import { ShapeError } from "../errors.ts"
import { constant } from "../leaves.ts"
import { add, less, sub } from "../operators/arithmetic.ts"
import { broadcastTo } from "../operators/broadcasting.ts"
import { concat, slice } from "../operators/cutting.ts"
import { cast, scale } from "../operators/linear.ts"
import { softmax } from "../operators/normalization.ts"
import { fromPadded, toPadded } from "../operators/packing.ts"
import { matmul } from "../operators/product.ts"
import { reshape, swapLast, transpose } from "../operators/reshaping.ts"
import { range } from "../operators/sources.ts"
import { describe, withRows } from "../rows.ts"
import type { Layout, Tensor } from "../tensor.ts"
import { settle } from "./align.ts"
import { ownMixed, ownScores } from "./own_prefix.ts"

export interface AttentionOptions {
  /** A token sees no later token. */
  readonly causal?: boolean
  /** Heads of keys and values; each serves heads/groups heads of queries (Ainslie et al. 2023). By default as many as heads. */
  readonly groups?: number
  /** A token sees those at most this many places away, to both sides unless `causal` (Beltagy et al. 2020). */
  readonly window?: number
  /** What every token of the example sees besides the tokens. */
  readonly prefix?: Prefix
}

export interface Prefix {
  /** [P, d], plain, one for each example, or one for each of its tokens. */
  readonly keys: Tensor
  readonly values: Tensor
  /** [P], plain or one for each example: 1 where a token sees the prefix, 0 where it does not. Absent: all of it. */
  readonly mask?: Tensor
}

/** What a masked score loses: finite, and so large that its weight is exactly 0. */
const masked = -1e9

/** softmax(q k^T / sqrt(d/heads) + mask) v in each head; q [length, d], k and v [length, d/heads * groups] -> [length, d]. */
export const attention = (q: Tensor, k: Tensor, v: Tensor, heads: number, options: AttentionOptions = {}): Tensor => {
  for (const x of [q, k, v])
    if (x.rows?.of !== "tokens" || x.shape.length !== 2)
      throw new ShapeError(
        "attention",
        `${describe(x)} is not a hidden state`,
        "give queries, keys and values [length, width]",
      )
  const { layout } = q.rows as { layout: Layout }
  const width = q.shape[1]
  const { prefix, groups = heads } = options
  if (
    typeof width !== "number" ||
    width % heads !== 0 ||
    heads % groups !== 0 ||
    k.shape[1] !== (width / heads) * groups
  )
    throw new ShapeError(
      "attention",
      `${heads} heads do not divide ${describe(q)} and ${describe(k)}${groups === heads ? "" : ` in ${groups} groups`}`,
      "the width is a multiple of heads, heads one of groups, and keys are as wide as their groups",
    )
  const own = prefix?.keys.rows?.of === "tokens" ? prefix : undefined
  const shared = own ? undefined : prefix
  const split = (x: Tensor, parts: number, before?: Tensor) =>
    inHeads(withPrefix(toPadded(settle(x), layout), before), parts)
  const [queries, keys, values] = [split(q, heads), split(k, groups, shared?.keys), split(v, groups, shared?.values)]
  const products = matmul(inGroups(queries, groups), swapLast(keys), {}, 1 / Math.sqrt(width / heads))
  const scores = add(outOfGroups(products, heads), bias(layout, { ...options, prefix: shared }))
  const mine = own && ownScores(settle(q), settle(own.keys), heads, groups, layout)
  const all = softmax(mine ? concat([own.mask ? add(mine, hidden(own.mask)) : mine, scores], 3) : scores)
  const size = mine ? mine.shape[3] : 0
  const weights = slice(all, 3, size, all.shape[3])
  const mixed = outOfGroups(matmul(inGroups(weights, groups), values), heads)
  const merged = reshape(transpose(mixed, [0, 2, 1, 3]), ["examples", "length", (values.shape[3] as number) * heads])
  const result = fromPadded(merged, layout)
  if (!own) return withRows(result, q.rows)
  return withRows(add(ownMixed(slice(all, 3, 0, size), settle(own.values), heads, groups, layout), result), q.rows)
}

/** [examples, length, d] -> [examples, heads, length, d/heads]. */
const inHeads = (x: Tensor, heads: number): Tensor => {
  const [examples, length, width] = x.shape
  return transpose(reshape(x, [examples, length, heads, (width as number) / heads]), [0, 2, 1, 3])
}

/** [examples, heads, length, n] -> [examples, groups, heads/groups * length, n]: the heads of a group as rows of one matrix. */
const inGroups = (x: Tensor, groups: number): Tensor => {
  const [examples, heads, length, n] = x.shape
  return reshape(x, [examples, groups, multiplyDims((heads as number) / groups, length), n])
}
const outOfGroups = (x: Tensor, heads: number): Tensor => reshape(x, [x.shape[0], heads, "length", x.shape[3]])

const withPrefix = (x: Tensor, prefix: Tensor | undefined): Tensor => {
  if (prefix === undefined) return x
  const settled = settle(prefix)
  return concat([settled.rows ? settled : broadcastTo(settled, ["examples", ...settled.shape]), x], 1)
}

/** Added to the scores: 0 where a query sees a key, else a large negative number. [examples, 1, 1 or length, keys] */
const bias = (layout: Layout, { prefix, causal = false, window }: AttentionOptions): Tensor => {
  const padding = hidden(layout.mask)
  const query = reshape(range("length"), ["length", 1])
  const key = reshape(query, [1, "length"])
  const unseen = [
    ...(causal ? [beyond(query, key, 0)] : []),
    ...(window === undefined ? [] : [beyond(key, query, window), ...(causal ? [] : [beyond(query, key, window)])]),
  ]
  const places = () => reshape(scale(unseen.reduce(add), masked), [1, 1, "length", "length"])
  const tokens = unseen.length > 0 ? add(padding, places()) : padding
  if (prefix === undefined) return tokens
  const mask = prefix.mask ? hidden(prefix.mask) : constant(0)
  const size = prefix.keys.shape[prefix.keys.shape.length - 2]
  return concat([broadcastTo(mask, [...tokens.shape.slice(0, 3), size]), tokens], 3)
}

/** 1 where place b lies more than `window` behind place a, else 0. */
const beyond = (a: Tensor, b: Tensor, window: number): Tensor =>
  cast(less(window === 0 ? a : add(a, constant(window, "int")), b), "float")

/** 0 where a mask [examples or none, keys] is 1, else a large negative number: [examples or 1, 1, 1, keys]. */
const hidden = (mask: Tensor): Tensor => {
  const keys = mask.shape[mask.shape.length - 1]
  return reshape(scale(sub(constant(1), mask), masked), [mask.shape.length > 1 ? mask.shape[0] : 1, 1, 1, keys])
}
