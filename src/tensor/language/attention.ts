/** Scaled dot-product attention (Vaswani et al. 2017) among the tokens of an example, or from one text of it to another. */
import { multiplyDims } from "../dimension.ts"
import { ShapeError } from "../errors.ts"
import { add } from "../operators/arithmetic.ts"
import { broadcastTo } from "../operators/broadcasting.ts"
import { concat, slice } from "../operators/cutting.ts"
import { softmax } from "../operators/normalization.ts"
import { fromPadded, toPaddedAgain } from "../operators/packing.ts"
import { matmul } from "../operators/product.ts"
import { reshape, swapLast, transpose } from "../operators/reshaping.ts"
import { describe, lengthDim, withRows } from "../rows.ts"
import type { Layout, Tensor } from "../tensor.ts"
import { settle } from "./align.ts"
import { bias, hidden, losesLittle } from "./attention_bias.ts"
import type { AttentionOptions } from "./attention_options.ts"
import { ownMixed, ownScores } from "./own_prefix.ts"
import { stickBreaking } from "./stick_breaking.ts"

export type { AttentionOptions, Prefix } from "./attention_options.ts"

/**
 * softmax(q k^T / sqrt(d/heads) + mask) v in each head; q [length, d], k and v [length, d/heads * groups] -> [length, d].
 * With `weights: "stick_breaking"` the weights are those of `stickBreaking` in place of a softmax.
 * Keys and values may be those of another text of the example, packed, or padded with a `mask`.
 */
export const attention = (q: Tensor, k: Tensor, v: Tensor, heads: number, options: AttentionOptions = {}): Tensor => {
  const { layout, mask } = checked(q, k, v, heads, options)
  const width = q.shape[1] as number
  const { prefix, groups = heads, scale = 1 / Math.sqrt(width / heads) } = options
  const length = lengthDim(layout)
  const own = prefix?.keys.rows?.of === "tokens" ? prefix : undefined
  const shared = own ? undefined : prefix
  const split = (x: Tensor, parts: number, before?: Tensor) => inHeads(withPrefix(padded(x), before), parts)
  const [queries, keys, values] = [split(q, heads), split(k, groups, shared?.keys), split(v, groups, shared?.values)]
  const outOfGroups = (x: Tensor): Tensor => reshape(x, [x.shape[0], heads, length, x.shape[3]])
  const products = matmul(inGroups(queries, groups), swapLast(keys), {}, scale)
  const seeing = { ...options, prefix: shared }
  const scores = add(outOfGroups(products), bias(length, mask, seeing))
  const mine = own && ownScores(settle(q), settle(own.keys), heads, groups, layout, scale)
  const every = mine ? concat([own.mask ? add(mine, hidden(own.mask)) : mine, scores], 3) : scores
  const all = options.weights === "stick_breaking" ? stickBreaking(every) : softmax(every, !losesLittle(seeing))
  const size = mine ? mine.shape[3] : 0
  const weights = slice(all, 3, size, all.shape[3])
  const mixed = outOfGroups(matmul(inGroups(weights, groups), values))
  const merged = reshape(transpose(mixed, [0, 2, 1, 3]), ["examples", length, (values.shape[3] as number) * heads])
  const result = fromPadded(merged, layout)
  if (!own) return withRows(result, q.rows)
  return withRows(add(ownMixed(slice(all, 3, 0, size), settle(own.values), heads, groups, layout), result), q.rows)
}

/** The layout of the queries, and the mask of the keys. Throws ShapeError. */
const checked = (
  q: Tensor,
  k: Tensor,
  v: Tensor,
  heads: number,
  { groups = heads, mask, causal, window, relative, weights }: AttentionOptions,
): { readonly layout: Layout; readonly mask: Tensor } => {
  for (const x of [q, k, v]) {
    const [of, rank, help] =
      mask && x !== q
        ? ["examples", 3, "with a mask, give keys and values [keys, width] of each example"]
        : ["tokens", 2, "give queries, keys and values [length, width]"]
    if (x.rows?.of !== of || x.shape.length !== rank)
      throw new ShapeError("attention", `${describe(x)} is not a hidden state`, help as string)
  }
  const { layout } = q.rows as { layout: Layout }
  const { layout: source } = k.rows as { layout: Layout }
  const width = q.shape[1]
  if (
    typeof width !== "number" ||
    width % heads !== 0 ||
    heads % groups !== 0 ||
    k.shape.at(-1) !== (width / heads) * groups
  )
    throw new ShapeError(
      "attention",
      `${heads} heads do not divide ${describe(q)} and ${describe(k)}${groups === heads ? "" : ` in ${groups} groups`}`,
      "the width is a multiple of heads, heads one of groups, and keys are as wide as their groups",
    )
  if ((mask || source !== layout) && (causal || window !== undefined || relative))
    throw new ShapeError(
      "attention",
      "a query has no place among the keys of another text",
      "leave out causal, window and relative",
    )
  if (weights === "stick_breaking" && !causal)
    throw new ShapeError(
      "attention",
      "a stick is broken from the last key back, and here later keys are seen",
      "give causal: true with stick_breaking",
    )
  return { layout, mask: mask ?? source.mask }
}

/** Tokens on the padded shape; what is padded as it is. */
const padded = (x: Tensor): Tensor => (x.rows?.of === "tokens" ? toPaddedAgain(settle(x), x.rows.layout) : settle(x))

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

const withPrefix = (x: Tensor, prefix: Tensor | undefined): Tensor => {
  if (prefix === undefined) return x
  const settled = settle(prefix)
  return concat([settled.rows ? settled : broadcastTo(settled, ["examples", ...settled.shape]), x], 1)
}
