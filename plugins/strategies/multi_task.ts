/** One shared module trained on all tasks seen so far at once, with a joint head from zero. */
import { defineStrategy, NoOptions } from "../../src/plugin/index.ts"

export default defineStrategy({
  name: "multi_task",
  summary: "One shared module trained on all tasks seen so far at once, with a joint head from zero",
  checked: "invariants: it trains on the texts of the tasks that it visits alone, and learns",
  options: NoOptions,
  trains: "adapter",
  visits: "all_at_once",
})
