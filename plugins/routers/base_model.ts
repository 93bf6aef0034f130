/** No module at all: the frozen backbone under the joined heads. With `head: refit` it is the control for replay without routing. */
import { constant, defineRouter, NoOptions } from "../../src/plugin/index.ts"

export default defineRouter({
  name: "base_model",
  summary:
    "All gates zero: the frozen backbone under the joined heads; refitted, it shows what the heads' replay gives without routing",
  equation: "alpha_i = 0",
  checked: "invariants: all gates are zero",
  options: NoOptions,
  routing: () => ({ query: "nothing", level: "model", granularity: "example", aggregate: "outputs" }),
  gates: (_query, _p, _options, { modules }) => constant(Array.from({ length: modules }, () => 0)),
})
