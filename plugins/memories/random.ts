/** A uniform sample of a task's training examples, without repetition; it depends on seed and task alone. */
import { defineMemory, keptByClass, keptExamples, keptSizes, notBoth, Schema } from "../../src/plugin/index.ts"

const sizes = Schema.Struct(keptSizes)

export default defineMemory({
  name: "random",
  summary: "A fixed number of random training examples of each class, or of each task",
  equation: "M_t ~ uniform over the subsets of size m of each class of D_t (or of D_t)",
  checked: "invariants: uniform, no test text, the same in every order",
  options: sizes.check(notBoth<typeof sizes.Type>("per_class", "per_task")),
  classes: keptByClass,
  draw: ({ labels }, options, random) =>
    keptExamples(labels, options, (own, count) => random.shuffle(own).slice(0, count)),
})
