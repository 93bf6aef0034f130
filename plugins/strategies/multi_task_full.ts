/** Every weight of the backbone fine-tuned on all tasks seen so far at once, with a joint head from zero. */
import { defineStrategy, optional, PositiveNumber, Schema } from "../../src/plugin/index.ts"

export default defineStrategy({
  name: "multi_task_full",
  summary: "Every weight of the backbone fine-tuned on all tasks seen so far at once, with a joint head from zero",
  checked: "invariants: it trains on the texts of the tasks that it visits alone, and learns",
  options: Schema.Struct({ learning_rate: optional(PositiveNumber, 5e-5, "learning rate of the backbone's weights") }),
  trains: "everything",
  visits: "all_at_once",
})
