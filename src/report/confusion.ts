/** Which module the router chooses for the examples of each task after the last task: C[j][m] = percent of task j's examples. */
import type { Cell, Row, Stage } from "../learning/results.ts"

export interface Confusion {
  readonly modules: readonly string[]
  /** [task][module], percent, all seeds together; null for a task without examples. */
  readonly shares: readonly (readonly (number | null)[])[]
}

export const lastStage = (row: Row): Stage | undefined =>
  row.stages.reduce<Stage | undefined>((last, stage) => (last && last.index > stage.index ? last : stage), undefined)

/** Undefined where the row chooses no module. */
export function confusion(cell: Cell, rows: readonly Row[]): Confusion | undefined {
  const all = rows.flatMap((row) => lastStage(row) ?? [])
  // Modules that serve other groups of tasks under another seed are other modules.
  const stages = all.filter(({ moduleOf }) => moduleOf?.join() === all[0].moduleOf?.join())
  const highest = stages.reduce(
    (most, { predictions }) => predictions.chosen.reduce((a, b) => Math.max(a, b), most),
    -1,
  )
  if (highest < 0) return undefined
  const names = stages[0].gates?.modules ?? cell.tasks
  const modules = Array.from({ length: Math.max(names.length, highest + 1) }, (_, m) => names[m] ?? `module ${m + 1}`)
  const counts = cell.tasks.map(() => new Float64Array(modules.length))
  const totals = new Float64Array(cell.tasks.length)
  for (const { predictions } of stages) {
    predictions.chosen.forEach((module, k) => {
      if (module < 0) return
      const { task } = cell.examples[predictions.example[k]]
      counts[task][module]++
      totals[task]++
    })
  }
  return {
    modules,
    shares: counts.map((line, task) =>
      [...line].map((count) => (totals[task] === 0 ? null : (100 * count) / totals[task])),
    ),
  }
}
