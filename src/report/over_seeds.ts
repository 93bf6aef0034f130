/** Figures of a row over its seeds: mean matrices and curves over the stages. */
import type { Row } from "../learning/results.ts"

export type Setup = keyof Row["matrix"]
export type Matrix = readonly (readonly (number | null)[])[]

/** Mean of the values that are there; null where none is. */
export function mean(values: readonly (number | null | undefined)[]): number | null {
  const there = values.filter((value) => value !== null && value !== undefined && Number.isFinite(value)) as number[]
  return there.length === 0 ? null : there.reduce((sum, value) => sum + value, 0) / there.length
}

/** [after][on], mean over the seeds. */
export function meanMatrix(rows: readonly Row[], setup: Setup): (number | null)[][] {
  const [first] = rows
  if (first === undefined) return []
  const lines = first.matrix[setup] ?? []
  return lines.map((line, i) => line.map((_, j) => mean(rows.map((row) => row.matrix[setup]?.[i]?.[j]))))
}

/** One value a stage: `figure` of the matrix of the stages so far, mean over the seeds; null where it is not defined. */
export function curve(
  rows: readonly Row[],
  setup: Setup,
  figure: (soFar: Matrix) => number | undefined,
): (number | null)[] {
  const [first] = rows
  if (first === undefined) return []
  const lines = first.matrix[setup] ?? []
  return lines.map((_, stage) => mean(rows.map((row) => figure((row.matrix[setup] ?? []).slice(0, stage + 1)))))
}
