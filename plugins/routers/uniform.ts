/** Uniform gates: alpha_i = 1/t. The lower bound for any router that composes. */
import { constant, defineRouter, optional, Schema, words } from "../../src/plugin/index.ts"

export default defineRouter({
  name: "uniform",
  summary: "Every module has the same gate, 1/t: the lower bound for routers that compose",
  equation: "alpha_i = 1/t",
  checked: "PyTorch by the formula: logits of both aggregations",
  options: Schema.Struct({
    aggregate: optional(
      words("outputs", "parameters"),
      "outputs",
      "average what the modules give, or average their parameters",
    ),
    mix: optional(words("factors", "outer"), "factors", "what averaging parameters means on low-rank modules"),
  }),
  routing: ({ aggregate, mix }) => ({ query: "nothing", level: "model", granularity: "example", aggregate, mix }),
  gates: (_query, _p, _options, { modules }) => constant(Array.from({ length: modules }, () => 1 / modules)),
})
