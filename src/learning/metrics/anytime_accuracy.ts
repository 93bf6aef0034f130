/** Anytime accuracy: the average accuracy, averaged over all stages. */
import type { Matrix } from "../accuracy_matrix.ts"
import { averageAccuracy } from "./average_accuracy.ts"
import type { MetricDefinition } from "./definition.ts"

export const anytimeAccuracyDefinition: MetricDefinition = {
  name: "anytime_accuracy",
  version: 1,
  unit: "percent",
  formula: "AAA = (1/T) Σ_i (1/i) Σ_{j<=i} R[i][j]",
  reference: "Caccia et al. 2020; average incremental accuracy of Rebuffi et al. 2017",
}

/** Undefined where a stage was not evaluated. */
export function anytimeAccuracy(R: Matrix): number | undefined {
  if (R.length === 0) return undefined
  let sum = 0
  for (let i = 0; i < R.length; i++) {
    const at = averageAccuracy(R, i)
    if (at === undefined) return undefined
    sum += at
  }
  return sum / R.length
}
