/**
 * The module with the nearest class centre, softly. At each block, from the mean state q of a text at the block's input:
 *   d_ic = |q - C_ic|^2,    gate_i = softmax_i(-min_c d_ic / tau)
 * Each module i has some centres C_ic, as many as its task has classes. All modules start from the same ones and are
 * told apart by training on the memory.
 */
import {
  add,
  defineRouter,
  max,
  neg,
  normal,
  optional,
  PositiveInt,
  PositiveNumber,
  pool,
  pow,
  Schema,
  scale,
  softmax,
  sub,
  sum,
  zeros,
} from "l2r/plugin"

export default defineRouter({
  name: "nearest_class",
  summary: "Modules weighted by how near a text lies to the learnt centres of their classes",
  equation: "gate_i = softmax_i(-min_c |q - C_ic|^2 / tau)",
  options: Schema.Struct({
    centres: optional(PositiveInt, 5, "centres of each module; as many as a task has classes"),
    tau: optional(PositiveNumber, 1, "how soft the choice is"),
  }),
  routing: () => ({ query: "block", level: "layer", granularity: "example", aggregate: "outputs" }),
  parameters: ({ width, modules }, { centres }) => ({
    start: normal([centres, width], 0.1),
    moved: zeros([modules, centres, width]),
  }),
  gates: (h, { start, moved }, { tau }) => {
    const q = pool("mean", h)
    const distance = sum(pow(sub(q, add(start, moved)), 2), -1) // [modules, centres]
    const nearest = max(neg(distance), -1) // [modules]
    return softmax(scale(nearest, 1 / tau))
  },
})
