/** What memories have in common that keep so many examples of each class, or of each task. */
import type { NeedsClasses } from "./definition.ts"
import { PositiveInt, Schema } from "./options.ts"

const PER_CLASS = 5

/** Their options, of which `notBoth` allows one. */
export const keptSizes = {
  per_class: Schema.optionalKey(
    PositiveInt.annotate({
      description: "examples of each class; all of them where the class has fewer",
      default: PER_CLASS,
    } as never),
  ),
  per_task: Schema.optionalKey(
    PositiveInt.annotate({ description: "examples of each task, whatever their classes; instead of per_class" }),
  ),
}

interface Sizes {
  readonly per_class?: number
  readonly per_task?: number
}

/** Why it needs classes; nothing where it counts by task. */
export const keptByClass = ({ per_task }: Sizes): NeedsClasses | undefined =>
  per_task === undefined
    ? {
        why: "it keeps examples of each class",
        help: "say how many of each task: `per_task: 20`",
        option: "per_class",
      }
    : undefined

/** Places of the examples of a task that are kept, rising: what `choose` takes of those of each class, or of all. */
export const keptExamples = (
  labels: Int32Array,
  { per_class = PER_CLASS, per_task }: Sizes,
  choose: (own: readonly number[], count: number) => readonly number[],
): Int32Array => {
  const all = [...labels.keys()]
  const classes = [...new Set(labels)].sort((a, b) => a - b)
  const kept =
    per_task === undefined
      ? classes.flatMap((c) =>
          choose(
            all.filter((i) => labels[i] === c),
            per_class,
          ),
        )
      : choose(all, per_task)
  return Int32Array.from(kept).sort()
}
