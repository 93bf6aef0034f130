/** A uniform sample of a task's training examples, without repetition; it depends on seed and task alone. */
import { defineMemory, notBoth, PositiveInt, type RandomStream, Schema } from "../../src/plugin/index.ts"

const PER_CLASS = 5

const sizes = Schema.Struct({
  per_class: Schema.optionalKey(
    PositiveInt.annotate({
      description: "examples of each class; all of them where the class has fewer",
      default: PER_CLASS,
    } as never),
  ),
  per_task: Schema.optionalKey(
    PositiveInt.annotate({ description: "examples of each task, whatever their classes; instead of per_class" }),
  ),
})

type Options = typeof sizes.Type

export default defineMemory({
  name: "random",
  summary: "A fixed number of random training examples of each class, or of each task",
  equation: "M_t ~ uniform over the subsets of size m of each class of D_t (or of D_t)",
  checked: "invariants: uniform, no test text, the same in every order",
  options: sizes.check(notBoth<Options>("per_class", "per_task")),
  classes: ({ per_task }: Options) =>
    per_task === undefined
      ? {
          why: "it keeps examples of each class",
          help: "say how many of each task: `per_task: 20`",
          option: "per_class",
        }
      : undefined,
  draw: ({ labels }, { per_class = PER_CLASS, per_task }: Options, random) => {
    const all = Int32Array.from(labels, (_, i) => i)
    const drawn =
      per_task === undefined
        ? classes(labels).flatMap((c) =>
            sample(
              all.filter((i) => labels[i] === c),
              per_class,
              random,
            ),
          )
        : sample(all, per_task, random)
    return Int32Array.from(drawn).sort()
  },
})

const classes = (labels: Int32Array): readonly number[] => [...new Set(labels)].sort((a, b) => a - b)
const sample = (indices: Int32Array, count: number, random: RandomStream): readonly number[] =>
  random.shuffle([...indices]).slice(0, count)
