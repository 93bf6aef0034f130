/** Scaled dot-product attention among the tokens of an example (Vaswani et al. 2017). */
import { ShapeError } from "../errors.ts"
import { constant } from "../leaves.ts"
import { add, less, sub } from "../operators/arithmetic.ts"
import { broadcastTo } from "../operators/broadcasting.ts"
import { concat } from "../operators/cutting.ts"
import { cast, scale } from "../operators/linear.ts"
import { softmax } from "../operators/normalization.ts"
import { fromPadded, toPadded } from "../operators/packing.ts"
import { matmul } from "../operators/product.ts"
import { reshape, swapLast, transpose } from "../operators/reshaping.ts"
import { range } from "../operators/sources.ts"
import { describe, withRows } from "../rows.ts"
import type { Layout, Tensor } from "../tensor.ts"
import { settle } from "./align.ts"

export interface AttentionOptions {
  /** A token sees no later token. */
  readonly causal?: boolean
  /** Keys and values [P, d] that every token of the example sees besides the tokens, plain or one for each example. */
  readonly prefix?: { readonly keys: Tensor; readonly values: Tensor }
}

/** What a masked score loses: finite, and so large that its weight is exactly 0. */
const masked = -1e9

/** softmax(q k^T / sqrt(d/heads) + mask) v in each head; q, k, v [length, d] -> [length, d]. */
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
  if (typeof width !== "number" || width % heads !== 0 || k.shape[1] !== width)
    throw new ShapeError(
      "attention",
      `${heads} heads do not divide ${describe(q)} and ${describe(k)}`,
      "the width is a multiple of heads",
    )
  const { prefix } = options
  const split = (x: Tensor, before?: Tensor) => inHeads(withPrefix(toPadded(settle(x), layout), before), heads)
  const [queries, keys, values] = [split(q), split(k, prefix?.keys), split(v, prefix?.values)]
  const scores = matmul(queries, swapLast(keys), {}, 1 / Math.sqrt(width / heads))
  const weights = softmax(
    add(scores, bias(layout, prefix ? prefix.keys.shape[prefix.keys.shape.length - 2] : 0, options.causal)),
  )
  const merged = reshape(transpose(matmul(weights, values), [0, 2, 1, 3]), [
    "examples",
    "length",
    (values.shape[3] as number) * heads,
  ])
  return withRows(fromPadded(merged, layout), q.rows)
}

/** [examples, length, d] -> [examples, heads, length, d/heads]. */
const inHeads = (x: Tensor, heads: number): Tensor => {
  const [examples, length, width] = x.shape
  return transpose(reshape(x, [examples, length, heads, (width as number) / heads]), [0, 2, 1, 3])
}

const withPrefix = (x: Tensor, prefix: Tensor | undefined): Tensor => {
  if (prefix === undefined) return x
  const settled = settle(prefix)
  return concat([settled.rows ? settled : broadcastTo(settled, ["examples", ...settled.shape]), x], 1)
}

/** Added to the scores: 0 where a query sees a key, else a large negative number. [examples, 1, 1 or length, keys] */
const bias = (layout: Layout, prefix: number | string, causal = false): Tensor => {
  const padding = reshape(scale(sub(constant(1), layout.mask), masked), ["examples", 1, 1, "length"])
  const length = reshape(range("length"), ["length", 1])
  const later = () =>
    reshape(scale(cast(less(length, reshape(length, [1, "length"])), "float"), masked), [1, 1, "length", "length"])
  const tokens = causal ? add(padding, later()) : padding
  if (prefix === 0) return tokens
  const free = broadcastTo(constant(0), [...tokens.shape.slice(0, 3), prefix])
  return concat([free, tokens], 3)
}
