/** `matrix.csv`: the accuracy matrices of all rows and seeds in tidy long form, one accuracy a line; quoted as RFC 4180 says. */
import type { Results, Row } from "../learning/results.ts"
import { cellName, marksOf } from "./row.ts"

export const MATRIX_COLUMNS = ["cell", "row", "head", "seed", "setup", "after", "on", "accuracy", "marks"] as const

const SETUPS = [
  ["class_incremental", "classIncremental"],
  ["task_incremental", "taskIncremental"],
  ["rouge_l", "rougeL"],
  ["exact_match", "exactMatch"],
  ["weighted_f1", "weightedF1"],
] as const satisfies readonly (readonly [string, keyof Row["matrix"]])[]

/** `after` and `on` are names of tasks, `accuracy` (or the score of written answers, or weighted F1) is percent in full precision; what was not evaluated has no line. `marks` says what the row is told or leaks. */
export function matrixCsv(results: Results): string {
  const lines = [MATRIX_COLUMNS.join(",")]
  for (const cell of results.cells) {
    for (const row of cell.rows) {
      const marks = marksOf(row)
        .map(({ word }) => word)
        .join(" ")
      for (const [setup, field] of SETUPS) {
        row.matrix[field]?.forEach((accuracies, after) => {
          accuracies.forEach((accuracy, on) => {
            if (accuracy === null) return
            const values = [
              cellName(cell),
              row.name,
              row.head,
              row.seed,
              setup,
              cell.tasks[after],
              cell.tasks[on],
              accuracy,
              marks,
            ]
            lines.push(values.map((value) => quoted(String(value))).join(","))
          })
        })
      }
    }
  }
  return `${lines.join("\n")}\n`
}

const quoted = (value: string): string => (/[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)
