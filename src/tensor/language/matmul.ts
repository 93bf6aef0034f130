/** The matrix product of authors: numpy's rules on visible shapes, vectors included, for plain tensors, examples and tokens. */
import { ShapeError } from "../errors.ts"
import { mul } from "../operators/arithmetic.ts"
import { sum } from "../operators/broadcasting.ts"
import { fromPadded, spread, toPadded } from "../operators/packing.ts"
import { matmul as product, type Transposed } from "../operators/product.ts"
import { insertOne, removeAxis, reshape } from "../operators/reshaping.ts"
import { commonRows, describe, liftedShape, visibleRank, withRows } from "../rows.ts"
import type { Rows, Tensor } from "../tensor.ts"
import { present, settle } from "./align.ts"
import { matmulMixture } from "./mixture.ts"

export type { Transposed }

export const matmul = (a: Tensor, b: Tensor, options: Transposed = {}): Tensor => {
  present(a, b)
  if (b.op === "mixture" && a.op !== "mixture") {
    const mixed = matmulMixture(a, options.transposeA ?? false, b, options.transposeB ?? false)
    if (mixed) return mixed
  }
  const [x, y] = [settle(a), settle(b)]
  if (visibleRank(x) === 0 || visibleRank(y) === 0)
    throw new ShapeError("matmul", `${describe(x)} x ${describe(y)} has an operand that is one number`, "use mul")
  const rows = commonRows([x, y])
  return withRows(rows?.of === "tokens" ? overTokens(x, y, options, rows) : overExamples(x, y, options), rows)
}

/** Plain tensors and examples. */
const overExamples = (a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: Transposed): Tensor => {
  const [va, vb] = [visibleRank(a), visibleRank(b)]
  if (a.rows && va === 1 && !b.rows && vb === 2) return product(a, b, { transposeB })
  if (b.rows && vb === 1 && !a.rows && va === 2) return product(b, a, { transposeB: !transposeA })
  if (va === 1 && vb === 1 && a.rows && b.rows) return sum(mul(a, b), [a.shape.length - 1])
  const left = va === 1 ? withRows(reshape(a, insertOne(a.shape, a.shape.length - 1)), a.rows) : a
  const right = vb === 1 ? withRows(reshape(b, insertOne(b.shape, b.shape.length)), b.rows) : b
  const rank = Math.max(visibleRank(left), visibleRank(right))
  const lift = (x: Tensor) => (x.rows && rank > visibleRank(x) ? reshape(x, liftedShape(x.shape, rank)) : x)
  const result = product(lift(left), lift(right), {
    transposeA: transposeA && va > 1,
    transposeB: transposeB && vb > 1,
  })
  const narrow = vb === 1 ? reshape(result, removeAxis(result.shape, result.shape.length - 1)) : result
  return va === 1 ? reshape(narrow, removeAxis(narrow.shape, narrow.shape.length - (vb === 1 ? 1 : 2))) : narrow
}

const refuse = (a: Tensor, b: Tensor): never => {
  throw new ShapeError(
    "matmul",
    `${describe(a)} x ${describe(b)} would mix or move the tokens of a packed batch`,
    "tokens are [length, width] on the left; use attention, pool, or toPadded for products over tokens",
  )
}

/** At least one operand has rows of tokens. */
const overTokens = (a: Tensor, b: Tensor, options: Transposed, rows: Rows): Tensor => {
  const { transposeA = false, transposeB = false } = options
  if (a.rows?.of === "tokens" && a.shape.length === 2 && !transposeA) {
    if (b.rows === undefined) return tokensByPlain(a, b, transposeB)
    if (b.rows.of === "examples") return tokensByExamples(a, b, transposeB, rows)
    return b.shape.length === 3 ? tokensByOwn(a, b, transposeB) : refuse(a, b)
  }
  const batched = (x: Tensor): Tensor => {
    if (x.rows?.of === "tokens") return x.shape.length < 3 ? refuse(a, b) : x
    if (x.rows?.of === "examples")
      return spread(reshape(x, liftedShape(x.shape, Math.max(a.shape.length, b.shape.length) - 1)), rows.layout)
    return x
  }
  if (visibleRank(b) === 1 && a.rows?.of === "tokens" && a.shape.length > 2 && !transposeA) {
    const column = b.rows ? spread(b, rows.layout) : b
    const lifted = b.rows
      ? reshape(column, [column.shape[0], ...new Array(a.shape.length - 2).fill(1), column.shape[1]])
      : column
    return sum(mul(a, lifted), [a.shape.length - 1])
  }
  if (visibleRank(a) < 2 || visibleRank(b) < 2) return refuse(a, b)
  return product(batched(a), batched(b), options)
}

const tokensByPlain = (a: Tensor, b: Tensor, transposeB: boolean): Tensor => {
  if (b.shape.length === 1) return reshape(product(a, reshape(b, [b.shape[0], 1])), [a.shape[0]])
  return b.shape.length === 2 ? product(a, b, { transposeB }) : refuse(a, b)
}

/** A matrix of each token's own, as a mixture by the gates of tokens gives it: [length, in] x [length, in, out] -> [length, out]. */
const tokensByOwn = (a: Tensor, b: Tensor, transposeB: boolean): Tensor => {
  const [tokens, width] = a.shape
  const result = product(reshape(a, [tokens, 1, width]), b, { transposeB })
  return reshape(result, [tokens, result.shape[2]])
}

/** Parameters of an example at each of its tokens: a batched product on the padded shape. */
const tokensByExamples = (a: Tensor, b: Tensor, transposeB: boolean, { layout }: Rows): Tensor => {
  if (b.shape.length === 2) return sum(mul(a, spread(b, layout)), [1])
  if (b.shape.length !== 3) return refuse(a, b)
  return fromPadded(product(toPadded(a, layout), b, { transposeB }), layout)
}
