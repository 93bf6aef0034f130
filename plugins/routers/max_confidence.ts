/** The module whose own head is surest of its best class: argmax_i max_c log p_i(c | x). */
import { defineRouter, NoOptions, softmax } from "../../src/plugin/index.ts"

export default defineRouter({
  name: "max_confidence",
  summary: "The module whose own head gives the largest probability; costs a forward pass per module",
  equation: "argmax_i max_c log p_i(c | x)",
  checked: "invariants: the surest module is chosen",
  taxonomy: { routing: "similarity" },
  options: NoOptions,
  routing: () => ({ query: "predictions", level: "model", granularity: "example", aggregate: "select" }),
  gates: (confidence) => softmax(confidence),
})
