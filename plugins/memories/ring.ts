/**
 * Ring buffers (Lopez-Paz and Ranzato 2017; Chaudhry et al. 2019): the classes so far share the memory evenly, and of each
 * class the newest examples are kept, first in, first out. With k classes the i-th, i = 0, 1, ..., has
 *
 *     share_i = ceil((m - i) / k)        Σ_i share_i = m ,  no two shares more than one apart
 *
 * so a new class takes room from all others, which lose their oldest examples.
 */
import { defineMemory, PositiveInt, required, Schema } from "../../src/plugin/index.ts"

export default defineMemory({
  name: "ring",
  summary: "The newest examples of each class, which share a fixed size evenly (Chaudhry et al. 2019)",
  equation: "M_i = the newest ceil((m - i) / k) examples of the i-th of k classes",
  reference: "arXiv 1902.10486; arXiv 1706.08840 (GEM)",
  checked: "invariants: shares differ by one at most, the newest stay",
  options: Schema.Struct({
    capacity: required(
      PositiveInt,
      "examples in all; classes that come last have one fewer where it can't be shared evenly",
    ),
  }),
  keep: (arrivals, { capacity }) => {
    const ofClass = new Map<number, number[]>()
    arrivals.class.forEach((c, n) => {
      const own = ofClass.get(c)
      if (own) own.push(n)
      else ofClass.set(c, [n])
    })
    const inOrder = [...ofClass].sort(([a], [b]) => a - b).map(([, own]) => own)
    const share = (i: number) => Math.max(0, Math.ceil((capacity - i) / inOrder.length))
    return Int32Array.from(inOrder.flatMap((own, i) => own.slice(Math.max(0, own.length - share(i)))))
  },
})
