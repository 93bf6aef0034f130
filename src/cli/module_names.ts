/** Which of a plan's modules is meant, by its task, adapter and seed. */
import { known } from "./known.ts"
import { UsageError } from "./verb.ts"

export type Named<S> = readonly (readonly [
  { readonly task: string; readonly adapter: string; readonly seed: number },
  S,
])[]

/** Those of one task, adapter or seed. Throws UsageError where there is none. */
export const narrowed = <S>(all: Named<S>, of: "task" | "adapter" | "seed", wanted: unknown): Named<S> => {
  if (wanted === undefined) return all
  const found = all.filter(([name]) => name[of] === wanted)
  if (found.length > 0) return found
  throw new UsageError(known(of, String(wanted), [...new Set(all.map(([name]) => String(name[of])))]))
}

/** Throws UsageError where there is none, or several are left. */
export const chosenModule = <S>(all: Named<S>, task: string, adapter: unknown, seed: unknown): Named<S>[number] => {
  const left = narrowed(narrowed(narrowed(all, "task", task), "adapter", adapter), "seed", seed)
  if (left.length === 1) return left[0]
  for (const of of ["adapter", "seed"] as const) {
    const values = new Set(left.map(([name]) => name[of]))
    if (values.size > 1)
      throw new UsageError(`there are several modules of "${task}"; name one with --${of}: ${[...values].join(", ")}`)
  }
  throw new UsageError(`several experiments train the module of "${task}" differently; name one with --only`)
}
