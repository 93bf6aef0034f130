/** Dropout (Srivastava et al. 2014). */
import { uniform } from "../leaves.ts"
import { withRows } from "../rows.ts"
import type { Tensor } from "../tensor.ts"
import { settle } from "./align.ts"
import { cast, greater, mul, scale } from "./elementwise.ts"

/** Drops each element with probability `rate` and scales the others by 1/(1 - rate); the identity outside training. */
export const dropout = (x: Tensor, rate: number, mode: { readonly training: boolean }, stream: string): Tensor => {
  if (!mode.training || rate === 0) return x
  const settled = withRows(settle(x), x.rows)
  const kept = cast(greater(uniform(stream, settled.shape, settled.rows), rate), "float")
  return mul(settled, scale(kept, 1 / (1 - rate)))
}
