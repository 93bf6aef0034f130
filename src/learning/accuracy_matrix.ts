/**
 * The accuracy matrix of continual learning: R[i][j] is the accuracy on task j after learning tasks 0..i.
 *
 *     R[i][j] = 100 · hits(i, j) / examples(j)      j <= i, and j = i + 1 where forward transfer is measured
 *
 * Where texts are answered in words, a score stands in the place of a hit. Percent; null where the task was not tested, for a stage that was not evaluated, and for a task without test examples.
 * Class-incremental counts predictions over the union of the classes of tasks <= i, task-incremental those within the task's own classes.
 * Lopez-Paz and Ranzato 2017 (GEM), section 3.
 */
import { credits } from "./credits.ts"
import type { Cell, Setup, Stage } from "./results.ts"

export type Matrix = readonly (readonly (number | null)[])[]
export type { Setup }

type Answers = Cell["examples"]

/** [stage][task], from the predictions of a row and the tasks and classes of all test examples. */
export function accuracyMatrix(
  stages: readonly Stage[],
  examples: Answers,
  tasks: number,
  setup: Setup,
): (number | null)[][] {
  const matrix = Array.from({ length: tasks }, () => new Array<number | null>(tasks).fill(null))
  for (const stage of stages) {
    const hits = new Float64Array(tasks)
    const seen = new Int32Array(tasks)
    const credit = credits(stage, examples, setup)
    stage.predictions.example.forEach((id, k) => {
      const { task } = examples[id]
      seen[task]++
      hits[task] += credit[k]
    })
    // Within its own classes nothing is predicted of a task to come: it has none yet.
    const until = setup === "task_incremental" ? stage.index + 1 : tasks
    for (let j = 0; j < until; j++) if (seen[j] > 0) matrix[stage.index][j] = (100 * hits[j]) / seen[j]
  }
  return matrix
}

/** Micro average of one stage: every test example counts the same, whatever the size of its task. Undefined without examples. */
export function microAccuracy(stage: Stage, examples: Answers, setup: Setup): number | undefined {
  const ids = stage.predictions.example
  const hits = credits(stage, examples, setup).reduce((sum, credit) => sum + credit, 0)
  return ids.length === 0 ? undefined : (100 * hits) / ids.length
}
