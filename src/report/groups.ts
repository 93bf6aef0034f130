/** Which tasks each module serves after the last task, where modules were grouped. */
import { type Cell, modulesOf } from "../learning/index.ts"

/** One sentence; empty where every task has its own module. Seeds that grouped them in another way are told apart. */
export const groupsNote = ({ rows, tasks }: Pick<Cell, "rows" | "tasks">): string => {
  const seeds = new Map<string, Set<number>>()
  for (const { seed, stages } of rows) {
    const last = stages.find(({ index }) => index === tasks.length - 1)
    if (!last?.moduleOf) continue
    const groups = modulesOf(tasks, last.moduleOf).join(", ")
    seeds.set(groups, (seeds.get(groups) ?? new Set()).add(seed))
  }
  if (seeds.size === 0) return ""
  const said = [...seeds].map(([groups, own]) =>
    seeds.size === 1 ? groups : `${groups} (seed${own.size === 1 ? "" : "s"} ${[...own].join(", ")})`,
  )
  return `Modules after the last task, by the tasks that each serves: ${said.join("; ")}.`
}
