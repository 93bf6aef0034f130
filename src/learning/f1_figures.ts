/** Weighted F1 of a cell's rows: after each task on each, and after the last over all tasks with its interval. */
import type { Statistic } from "./bootstrap.ts"
import { classCounts, classPlaces, predictionOf } from "./class_counts.ts"
import type { Draws, OpenDraws } from "./draws.ts"
import { figuresOf } from "./intervals.ts"
import { COUNTS, weightedF1 } from "./metrics/weighted_f1.ts"
import type { Cell, Figure, Row, Setup } from "./results.ts"
import { groupRows, notDefined } from "./row_groups.ts"
import { purpose, setupOf } from "./summary.ts"

type Scored = Omit<Cell, "comparisons">

/** Draws of counts of each class cost more than those of one number. */
const F1_DRAWS = 1000

/** Percent, mean over the tasks of [task][side][class][is, predicted, both]; of two sides the first minus the second. */
export const macroF1 =
  (tasks: number, sides: 1 | 2): Statistic =>
  (means) => {
    const width = means.length / tasks / sides
    let sum = 0
    for (let side = 0; side < tasks * sides; side++)
      sum += (side % sides === 0 ? 1 : -1) * weightedF1(means, side * width, (side + 1) * width)
    return (100 * sum) / tasks
  }

/** The cell with the figure in its lines and the matrices in its rows; its set-up is that of the cell. */
export function withWeightedF1(cell: Scored, open: OpenDraws): Scored {
  const setup = setupOf(cell)
  const groups = groupRows(cell.rows)
  return {
    ...cell,
    rows: cell.rows.map((row) => ({ ...row, matrix: { ...row.matrix, weightedF1: f1Matrix(row, cell, setup) } })),
    summary: cell.summary.map((line) => {
      const group = groups.find(({ name, head }) => name === line.row && head === line.head)
      if (group === undefined || notDefined(group) !== undefined) return line
      return { ...line, weightedF1: f1Figure(group.rows, cell, setup, open(purpose(cell, group, "weighted_f1"))) }
    }),
  }
}

const f1Figure = (rows: readonly Row[], cell: Scored, setup: Setup, random: Draws): Figure | undefined => {
  const sample = classCounts([rows], cell, setup)
  return sample && figuresOf(sample, [macroF1(sample.tasks.length, 1)], random, F1_DRAWS)[0]
}

/** [after][on], percent; null above the diagonal and where there is no test example. */
export function f1Matrix({ stages }: Pick<Row, "stages">, cell: Scored, setup: Setup): (number | null)[][] {
  const { placeOf, most } = classPlaces(cell)
  const T = cell.tasks.length
  const matrix = Array.from({ length: T }, () => new Array<number | null>(T).fill(null))
  for (const stage of stages) {
    const counts = cell.tasks.map(() => new Float64Array(COUNTS * most))
    predictionOf(stage, cell, setup).forEach((said, id) => {
      if (said === undefined) return
      const { task, class: is } = cell.examples[id]
      counts[task][COUNTS * placeOf.get(is)!]++
      if (said >= 0) counts[task][COUNTS * placeOf.get(said)! + 1]++
      if (said === is) counts[task][COUNTS * placeOf.get(is)! + 2]++
    })
    for (let j = 0; j <= stage.index; j++)
      if (counts[j].some((count) => count > 0)) matrix[stage.index][j] = 100 * weightedF1(counts[j])
  }
  return matrix
}
