/** Learning accuracy: how well each task is known right after it was learnt (plasticity; read it beside forgetting). */
import type { Matrix } from "../accuracy_matrix.ts"
import type { MetricDefinition } from "./definition.ts"

export const learningAccuracyDefinition: MetricDefinition = {
  name: "learning_accuracy",
  version: 1,
  unit: "percent",
  formula: "LA = (1/T) Σ_j R[j][j]",
  reference: "Riemer et al. 2019",
}

/** Undefined where a diagonal cell is missing. */
export function learningAccuracy(R: Matrix): number | undefined {
  if (R.length === 0) return undefined
  let sum = 0
  for (let j = 0; j < R.length; j++) {
    const cell = R[j][j]
    if (cell === null) return undefined
    sum += cell
  }
  return sum / R.length
}
