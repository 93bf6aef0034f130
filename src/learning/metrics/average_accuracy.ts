/** Average accuracy after the last task, macro over tasks. */
import type { Matrix } from "../accuracy_matrix.ts"
import type { MetricDefinition } from "./definition.ts"

export const averageAccuracyDefinition: MetricDefinition = {
  name: "average_accuracy",
  version: 1,
  unit: "percent",
  formula: "ACC_T = (1/T) Σ_j R[T][j]",
  reference: "Lopez-Paz and Ranzato 2017",
}

/** (1/(i+1)) Σ_{j<=i} R[i][j] at stage i (0-based; the last where it is left out). Undefined where a cell is missing. */
export function averageAccuracy(R: Matrix, stage: number = R.length - 1): number | undefined {
  if (R.length === 0) return undefined
  let sum = 0
  for (let j = 0; j <= stage; j++) {
    const cell = R[stage][j]
    if (cell === null) return undefined
    sum += cell
  }
  return sum / (stage + 1)
}
