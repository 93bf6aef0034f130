/** The true task's module: the upper bound for routers that select one module. Reads the task id, and the table says so. */
import { defineRouter, NoOptions } from "../../src/plugin/index.ts"

export default defineRouter({
  name: "oracle",
  summary: "The true task's module: the upper bound for routers that select one module",
  equation: "alpha = onehot(task)",
  checked: "invariants: nothing is forgotten, bit by bit",
  options: NoOptions,
  routing: () => ({ query: "task", level: "model", granularity: "example", aggregate: "select" }),
  gates: (task) => task,
})
