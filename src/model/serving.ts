/**
 * Which module of a library serves which task: one module a task, in their order, or, where modules were grouped, one for the
 * tasks of a group. Its head has the classes of its tasks one after the other; tasks count from 0 over the stage.
 */
/** A task that a module serves, with its number of classes. */
export interface Served {
  readonly task: number
  readonly classes: number
}

interface Serving {
  readonly serves?: readonly Served[]
  /** Biases of its head. */
  readonly b: { readonly data: ArrayLike<unknown> }
}

/** The tasks of a module, ascending: those that its head names, or the one of its place. */
export const servedBy = ({ serves, b }: Serving, place: number): readonly Served[] =>
  serves ?? [{ task: place, classes: b.data.length }]

/** By task: the place of its module in the library. */
export const moduleOfTask = (heads: readonly Serving[]): Int32Array => {
  const pairs = heads.flatMap((head, place) => servedBy(head, place).map(({ task }) => [task, place] as const))
  const modules = new Int32Array(pairs.length)
  for (const [task, place] of pairs) modules[task] = place
  return modules
}
