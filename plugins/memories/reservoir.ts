/**
 * Reservoir sampling over the stream (Vitter 1985): the n-th example, n = 0, 1, ..., takes the next free slot while there is
 * one; then it replaces slot j ~ U{0..n} if j < m. Each of N examples so far is kept with chance m / N, so that tasks share
 * the memory by their sizes, and what is kept of a task depends on what comes after it.
 */
import { defineMemory, PositiveInt, required, Schema } from "../../src/plugin/index.ts"

export default defineMemory({
  name: "reservoir",
  summary: "A uniform sample of the whole stream so far, of a fixed size (Vitter 1985)",
  equation: "n-th example, n >= m: j ~ U{0..n};  M[j] <- x_n  if j < m",
  reference: "ACM TOMS 11(1), 1985; as the buffer of experience replay in Buzzega et al. 2020 (mammoth)",
  checked: "invariants: each of n examples is kept with chance capacity / n",
  options: Schema.Struct({
    capacity: required(PositiveInt, "examples in all, whatever their tasks and classes"),
  }),
  keep: (arrivals, { capacity }, random) => {
    const examples = arrivals.class.length
    const slots = new Int32Array(Math.min(capacity, examples))
    for (let n = 0; n < examples; n++) {
      const j = n < capacity ? n : random.below(n + 1)
      if (j < capacity) slots[j] = n
    }
    return slots
  },
})
