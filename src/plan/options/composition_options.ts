/** Options that every composition has, whatever its plugin: they say what becomes of the heads. */
import { optional, PositiveInt, PositiveNumber, reference, required, Schema, words } from "../../plugin/index.ts"

export const CompositionOptions = Schema.Struct({
  memory: Schema.optionalKey(required(reference("memory"), "which past training examples the refitted heads may see")),
  head: optional(
    words("kept", "refit", "both"),
    "both",
    "heads as trained with the modules, refitted together on the memory, or a row for each",
  ),
  epochs: optional(PositiveInt, 20, "passes over the memory when the heads are refitted"),
  batch: optional(PositiveInt, 32, "examples in a step of refitting"),
  head_learning_rate: optional(PositiveNumber, 1e-2, "learning rate of the heads when they are refitted"),
})

export type CompositionOptions = (typeof CompositionOptions)["Type"]
