/** A module drawn at random for each example, from the example's own random stream. */
import { cast, constant, defineRouter, greater, NoOptions, sub } from "../../src/plugin/index.ts"

export default defineRouter({
  name: "random",
  summary: "One module at random for each example: the lower bound for routers that select",
  equation: "alpha = onehot(floor(u t)), u ~ U(0,1)",
  checked: "invariants: one module, each as often as another",
  options: NoOptions,
  routing: () => ({ query: "draw", level: "model", granularity: "example", aggregate: "select" }),
  gates: (u, _p, _options, { modules }) => {
    const edges = (from: number) => constant(Array.from({ length: modules }, (_, i) => (i + from) / modules))
    return sub(cast(greater(u, edges(0)), "float"), cast(greater(u, edges(1)), "float"))
  },
})
