/** Every weight of the backbone fine-tuned on one task after the other, with a joint head from zero. */
import { defineStrategy, optional, PositiveNumber, Schema } from "../../src/plugin/index.ts"

export default defineStrategy({
  name: "sequential_full",
  summary: "Every weight of the backbone fine-tuned on one task after the other, with a joint head from zero",
  checked: "PyTorch: weights and head after three tasks; it trains on the texts of the tasks that it visits alone",
  options: Schema.Struct({ learning_rate: optional(PositiveNumber, 5e-5, "learning rate of the backbone's weights") }),
  trains: "everything",
  visits: "one_by_one",
})
