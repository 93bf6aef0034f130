/** Forgetting: what was lost of the best accuracy that a task once had. */
import type { Matrix } from "../accuracy_matrix.ts"
import type { MetricDefinition } from "./definition.ts"

export const forgettingDefinition: MetricDefinition = {
  name: "forgetting",
  version: 1,
  unit: "percentage points",
  formula: "F = 1/(T-1) Σ_{j<T} ( max_{i in j..T-1} R[i][j] - R[T][j] )",
  reference: "Chaudhry et al. 2018",
}

/**
 * From which row the earlier accuracy of a task is taken. They differ in published code:
 * - `chaudhry`: the best of the rows j..T-1; negative where the last row is the best
 * - `before_last`: the best of all rows before the last, those before the task was learnt included, 0 where not measured (SAPT's score.py, EPI)
 * - `all_rows`: the best of all rows with the last, so never negative (mammoth, l2p-pytorch)
 * - `first`: the accuracy right after learning, no maximum (avalanche); equals minus the backward transfer
 */
export const FORGETTING_VARIANTS = ["chaudhry", "before_last", "all_rows", "first"] as const
export type ForgettingVariant = (typeof FORGETTING_VARIANTS)[number]

/** Undefined for a single task, and where a needed cell is missing. */
export function forgetting(R: Matrix, variant: ForgettingVariant = "chaudhry"): number | undefined {
  const last = R.length - 1
  if (last < 1) return undefined
  let sum = 0
  for (let j = 0; j < last; j++) {
    const now = R[last][j]
    const before = earlier(R, j, variant)
    if (now === null || before === undefined) return undefined
    sum += before - now
  }
  return sum / last
}

function earlier(R: Matrix, j: number, variant: ForgettingVariant): number | undefined {
  const last = R.length - 1
  if (variant === "first") return R[j][j] ?? undefined
  const untrained = variant !== "chaudhry"
  let best = Number.NEGATIVE_INFINITY
  for (let i = untrained ? 0 : j; i <= (variant === "all_rows" ? last : last - 1); i++) {
    const cell = R[i][j] ?? (i < j ? 0 : null)
    if (cell === null) return undefined
    if (cell > best) best = cell
  }
  return best
}
