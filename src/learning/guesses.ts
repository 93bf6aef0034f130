/**
 * b[j]: the accuracy that is to be expected on task j of a guess among the labels of the tasks before it, percent. An example
 * whose label has not come yet is guessed wrong. Of written answers, 0: who knows nothing writes nothing that is right.
 */
import type { Cell } from "./results.ts"

export function guesses({
  tasks,
  examples,
  classes,
  answers,
}: Pick<Cell, "tasks" | "examples" | "classes" | "answers">): number[] {
  if (answers) return tasks.map(() => 0)
  const known = new Set<string>()
  return tasks.map((_, j) => {
    const own = examples.filter(({ task }) => task === j)
    const right = own.filter((example) => known.has(classes[example.class].label)).length
    const guess = right === 0 ? 0 : (100 * right) / own.length / known.size
    for (const { task, label } of classes) if (task === j) known.add(label)
    return guess
  })
}
