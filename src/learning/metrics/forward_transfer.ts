/** Forward transfer: how well a task is known before it is learnt, over what a guess would get. */
import type { Matrix } from "../accuracy_matrix.ts"
import type { MetricDefinition } from "./definition.ts"

export const forwardTransferDefinition: MetricDefinition = {
  name: "forward_transfer",
  version: 1,
  unit: "percentage points",
  formula: "FWT = 1/(T-1) Σ_{j>1} ( R[j-1][j] - b[j] )",
  reference: "Lopez-Paz and Ranzato 2017",
}

/** b: what a model without knowledge gets on each task (`guesses`). Undefined for a single task, and where a needed cell is missing. */
export function forwardTransfer(R: Matrix, b: readonly number[]): number | undefined {
  if (R.length < 2) return undefined
  let sum = 0
  for (let j = 1; j < R.length; j++) {
    const before = R[j - 1][j]
    if (before === null) return undefined
    sum += before - b[j]
  }
  return sum / (R.length - 1)
}
