/**
 * The order in which training texts arrive: task by task in the order of the stream, those of a task in an order that is drawn from
 * (seed, task) alone. With a blur b the i-th of n texts of task t comes at the time
 *   t + (i + 1/2) / n + b (u - 1/2),   u ~ U[0, 1)
 * so that over a share b of a task the chance that a text is of the next one rises linearly from 0 to 1 ("fuzzy" boundaries, as Lee et
 * al. 2020, arXiv 2001.00689, have them).
 */
import { randomStream } from "../../plugin/index.ts"

export interface Arrived {
  readonly task: number
  /** Place among the training texts of the task. */
  readonly index: number
}

/** `sizes`: how many training texts each task has. */
export const arrivalOf = (
  tasks: readonly string[],
  sizes: readonly number[],
  seed: number,
  blur = 0,
): readonly Arrived[] => {
  const timed = tasks.flatMap((name, task) => {
    const all = Array.from({ length: sizes[task] }, (_, i) => i)
    const jitter = randomStream(seed, "blur", name)
    return randomStream(seed, "arrival", name)
      .shuffle(all)
      .map((index, i) => ({
        arrived: { task, index },
        time: task + (i + 0.5) / sizes[task] + (blur > 0 ? blur * (jitter.uniform() - 0.5) : 0),
      }))
  })
  return timed.sort((a, b) => a.time - b.time).map(({ arrived }) => arrived)
}
