/** The one table of operators. */
import type { Operator } from "../operator.ts"
import * as arithmetic from "./arithmetic.ts"
import * as blocks from "./blocks.ts"
import * as broadcasting from "./broadcasting.ts"
import * as cutting from "./cutting.ts"
import * as heads from "./heads.ts"
import * as indexing from "./indexing.ts"
import * as lengthBuckets from "./length_buckets.ts"
import * as linear from "./linear.ts"
import * as mixture from "./mixture.ts"
import * as normalization from "./normalization.ts"
import * as packing from "./packing.ts"
import * as pointwise from "./pointwise.ts"
import * as product from "./product.ts"
import * as reductions from "./reductions.ts"
import * as reshaping from "./reshaping.ts"
import * as rotary from "./rotary.ts"
import * as sources from "./sources.ts"

const families = [
  arithmetic,
  blocks,
  broadcasting,
  cutting,
  heads,
  indexing,
  lengthBuckets,
  linear,
  mixture,
  normalization,
  packing,
  pointwise,
  product,
  reductions,
  reshaping,
  rotary,
  sources,
]

const isOperator = (value: unknown): value is Operator =>
  typeof value === "object" && value !== null && "emit" in value && "shape" in value

/** Every operator by its name. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  families.flatMap((family) => Object.values(family).filter(isOperator)).map((operator) => [operator.name, operator]),
)

export const operatorOf = (name: string): Operator => {
  const operator = operators.get(name)
  if (operator === undefined) throw new Error(`there is no operator \`${name}\``)
  return operator
}
