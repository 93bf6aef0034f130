/** A module and a head per task, chosen by the given task id: the upper bound of isolation. Reads the task id, and the table says so. */
import { defineRouter, NoOptions } from "../../src/plugin/index.ts"

export default defineRouter({
  name: "per_task",
  summary: "A module and a head per task, chosen by the given task id: the upper bound of isolation",
  equation: "alpha = onehot(task)",
  checked: "invariants: nothing is forgotten, bit by bit",
  options: NoOptions,
  routing: () => ({ query: "task", level: "model", granularity: "example", aggregate: "select" }),
  gates: (task) => task,
})
