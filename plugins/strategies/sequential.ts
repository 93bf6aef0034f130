/** One shared module, fine-tuned on one task after the other, with a joint head from zero. */
import { defineStrategy, NoOptions } from "../../src/plugin/index.ts"

export default defineStrategy({
  name: "sequential",
  summary: "One shared module, fine-tuned on one task after the other, with a joint head from zero",
  checked:
    "invariants: it trains on the texts of the tasks that it visits alone, goes on from where it was, and forgets",
  options: NoOptions,
  trains: "adapter",
  visits: "one_by_one",
})
