/**
 * Soft nearest class centres. At each block, from the mean state q of a text at the block's input:
 *   p_ic = softmax over all i, c of -|q - C_ic|^2 / tau,    gate_i = sum_c p_ic
 * C_ic is centre c of module i; the centres are learnt on the memory.
 */
import { defineRouter, normal, optional, PositiveInt, PositiveNumber, pool, pow, reshape, Schema, scale, softmax, sub, sum } from "l2r/plugin"

export default defineRouter({
  name: "nearest_class",
  summary: "Modules weighted by how near a text lies to the learnt centres of their classes",
  equation: "gate_i = sum_c softmax_ic(-|q - C_ic|^2 / tau)",
  options: Schema.Struct({
    centres: optional(PositiveInt, 5, "centres of each module; as many as a task has classes"),
    tau: optional(PositiveNumber, 1, "how soft the choice is"),
  }),
  routing: () => ({ query: "block", level: "layer", granularity: "example", aggregate: "outputs" }),
  parameters: ({ width, modules }, { centres }) => ({ C: normal([modules * centres, width], 0.1) }),
  gates: (h, { C }, { centres, tau }, { modules }) => {
    const q = pool("mean", h)
    const distance = sum(pow(sub(q, C), 2), -1)
    const p = softmax(scale(distance, -1 / tau))
    return sum(reshape(p, [modules, centres]), -1)
  },
})
