/** Backward transfer: what later tasks did to earlier ones. Negative: they harmed. */
import type { Matrix } from "../accuracy_matrix.ts"
import type { MetricDefinition } from "./definition.ts"

export const backwardTransferDefinition: MetricDefinition = {
  name: "backward_transfer",
  version: 1,
  unit: "percentage points",
  formula: "BWT = 1/(T-1) Σ_{j<T} ( R[T][j] - R[j][j] )",
  reference: "Lopez-Paz and Ranzato 2017",
}

/** `gem` divides by T-1; `sapt` (SAPT's score.py) by T, so it is (T-1)/T of the former. */
export const BACKWARD_TRANSFER_VARIANTS = ["gem", "sapt"] as const
export type BackwardTransferVariant = (typeof BACKWARD_TRANSFER_VARIANTS)[number]

/** Undefined for a single task, and where a needed cell is missing. */
export function backwardTransfer(R: Matrix, variant: BackwardTransferVariant = "gem"): number | undefined {
  const last = R.length - 1
  if (last < 1) return undefined
  let sum = 0
  for (let j = 0; j < last; j++) {
    const now = R[last][j]
    const first = R[j][j]
    if (now === null || first === null) return undefined
    sum += now - first
  }
  return sum / (variant === "sapt" ? R.length : last)
}
