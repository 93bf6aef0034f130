/** Which module is the right one for a task: its own, or in a library whose modules were grouped that of its group. */
import type { Stage } from "./results.ts"

/** The place of the module that serves a task at a stage. */
export const moduleAt = ({ moduleOf }: Pick<Stage, "moduleOf">, task: number): number => moduleOf?.[task] ?? task

/** Names of the modules at a stage: of each the tasks that it serves, `a+b`. */
export const modulesOf = (tasks: readonly string[], moduleOf: Stage["moduleOf"]): readonly string[] =>
  moduleOf === undefined
    ? tasks
    : Array.from({ length: Math.max(...moduleOf) + 1 }, (_, module) =>
        tasks.filter((_, task) => moduleOf[task] === module).join("+"),
      )
