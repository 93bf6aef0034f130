/** Options that every strategy has that replays remembered examples, whatever its plugin. */
import { optional, PositiveInt, reference, required, Schema } from "../../plugin/index.ts"

export const ReplayOptions = Schema.Struct({
  memory: Schema.optionalKey(
    required(reference("memory"), "which training examples of earlier tasks are seen again while a task is trained"),
  ),
  replayed: optional(
    Schema.Union([Schema.Literal("batch"), PositiveInt]),
    "batch",
    "remembered examples of a draw: as many as the train block has in a batch, or a number",
  ),
})

export type ReplayOptions = (typeof ReplayOptions)["Type"]
