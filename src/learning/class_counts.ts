/** What weighted F1 is made of: of each test example, in the counts of its task's classes, which class it is and which is predicted. */
import type { Sample } from "./bootstrap.ts"
import { predicted } from "./credits.ts"
import { COUNTS } from "./metrics/weighted_f1.ts"
import type { Cell, Row, Setup, Stage } from "./results.ts"

type Outcomes = Pick<Cell, "tasks" | "examples">

/** Of each class id that a test example has, its place among the classes of its task; and the most that a task has. */
export interface ClassPlaces {
  readonly placeOf: ReadonlyMap<number, number>
  readonly most: number
}

export function classPlaces({ tasks, examples }: Outcomes): ClassPlaces {
  const ofTask = tasks.map(() => new Set<number>())
  for (const { task, class: id } of examples) ofTask[task].add(id)
  const placeOf = new Map(ofTask.flatMap((ids) => [...ids].sort((a, b) => a - b).map((id, place) => [id, place])))
  return { placeOf, most: Math.max(1, ...ofTask.map(({ size }) => size)) }
}

/** By example id: the predicted class where it is one of the example's own task, -1 where it is another, undefined where the stage lacks the example. */
export function predictionOf(stage: Stage, { examples }: Outcomes, setup: Setup): readonly (number | undefined)[] {
  const classes = predicted(stage, setup)
  const taskOf = new Map(examples.map(({ task, class: id }) => [id, task]))
  const found: (number | undefined)[] = new Array(examples.length).fill(undefined)
  stage.predictions.example.forEach((id, k) => {
    found[id] = taskOf.get(classes[k]) === examples[id].task ? classes[k] : -1
  })
  return found
}

/**
 * [task][example][seed][side][class][is, predicted, both], 0 or 1, after the last task, of the examples that all rows have:
 * the rows of one side, one a seed, or of two that are compared. Undefined where a row lacks that stage, or a task has none left.
 */
export function classCounts(sides: readonly (readonly Row[])[], cell: Outcomes, setup: Setup): Sample | undefined {
  const { placeOf, most } = classPlaces(cell)
  const found = sides.map((rows) =>
    rows.map(({ stages }) => {
      const stage = stages.find(({ index }) => index === cell.tasks.length - 1)
      return stage && predictionOf(stage, cell, setup)
    }),
  )
  if (found.flat().includes(undefined)) return undefined
  const seeds = sides[0].length
  const columns = Array.from({ length: seeds }, (_, s) => found.map((side) => side[s]!)).flat()
  const width = COUNTS * most
  const tasks = cell.tasks.map((_, task) => {
    const ids = cell.examples.flatMap((example, id) =>
      example.task === task && columns.every((column) => column[id] !== undefined) ? [id] : [],
    )
    const rows = new Float64Array(ids.length * columns.length * width)
    ids.forEach((id, i) => {
      columns.forEach((column, c) => {
        const at = (i * columns.length + c) * width
        const [is, said] = [cell.examples[id].class, column[id]!]
        rows[at + COUNTS * placeOf.get(is)!] = 1
        if (said >= 0) rows[at + COUNTS * placeOf.get(said)! + 1] = 1
        if (said === is) rows[at + COUNTS * placeOf.get(is)! + 2] = 1
      })
    })
    return rows
  })
  return tasks.some(({ length }) => length === 0) ? undefined : { seeds, figures: sides.length * width, tasks }
}
