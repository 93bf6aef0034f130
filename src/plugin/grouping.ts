/** Groupings: which of the trained modules belong together, so that one module is trained on all tasks of each group. */
import type { HostTensor, RandomStream } from "../tensor/index.ts"
import type { Definition } from "./definition.ts"

/** One task's trained module. */
export interface ModuleOfTask {
  readonly task: string
  /** What was trained, by full name, "<site>/<parameter>", without the head: all modules have the same names and shapes. */
  readonly parameters: Readonly<Record<string, HostTensor>>
}

export interface Grouping<Options = any> extends Definition<"grouping", Options> {
  /** How many groups come of so many modules, from 1 to as many: the plan must know it before anything is trained. */
  readonly count: (options: Options, modules: number) => number
  /** Of each module the number of its group, from 0 to count - 1; no group is empty. */
  readonly groups: (modules: readonly ModuleOfTask[], options: Options, random: RandomStream) => readonly number[]
}
