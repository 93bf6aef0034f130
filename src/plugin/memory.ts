/** Memories: which past training examples a router may see. */
import type { RandomStream } from "../tensor/index.ts"
import type { Definition, NeedsClasses } from "./definition.ts"

export interface Memory<Options = any> extends Definition<"memory", Options> {
  /** True where the choice depends on the position of the task in the order (a reservoir); keys contain the order then. */
  readonly dependsOnOrder: boolean
  /** Indices into the task's training examples, given the class of each. Depends on (seed, task) alone unless `dependsOnOrder`. */
  readonly draw: (
    labels: Int32Array,
    options: Options,
    random: RandomStream,
    about: { readonly task: string; readonly seed: number },
  ) => Int32Array
  /** Where texts are answered in words, all examples of a task have one class: why that won't do; nothing where it does. */
  readonly classes?: (options: Options) => NeedsClasses | undefined
}
