/**
 * A linear router with a temperature: from the mean state q of a text at each block's input,
 *   gate = softmax((q W + b) / temperature).
 */
import { add, defineRouter, matmul, optional, PositiveNumber, pool, Schema, scale, softmax, zeros } from "l2r/plugin"

export default defineRouter({
  name: "linear",
  summary: "A linear map from the mean state of a text to a gate for each module",
  equation: "gate = softmax((q W + b) / temperature)",
  options: Schema.Struct({
    temperature: optional(PositiveNumber, 1, "how soft the choice is"),
  }),
  routing: () => ({ query: "block", level: "layer", granularity: "example", aggregate: "outputs" }),
  parameters: ({ width, modules }) => ({ W: zeros([width, modules]), b: zeros([modules]) }),
  gates: (h, { W, b }, { temperature }) => softmax(scale(add(matmul(pool("mean", h), W), b), 1 / temperature)),
})
