/** What can end a step or a run. */
import * as Schema from "effect/Schema"

/** A step that could not be computed: what, where, what to do. What does not depend on it goes on. */
export class StepFailed extends Schema.TaggedError<StepFailed>()("StepFailed", {
  key: Schema.String,
  label: Schema.String,
  message: Schema.String,
  help: Schema.String,
}) {}

/** An input that was in the store is no longer what its digest says: it is computed again, and then the step. */
export class InputDamaged extends Schema.TaggedError<InputDamaged>()("InputDamaged", {
  input: Schema.String,
  message: Schema.String,
}) {}

/** The end of a run in which steps failed. */
export class RunFailed extends Schema.TaggedError<RunFailed>()("RunFailed", {
  message: Schema.String,
  help: Schema.String,
  failures: Schema.Array(
    Schema.Struct({ key: Schema.String, label: Schema.String, message: Schema.String, help: Schema.String }),
  ),
  /** Labels of the steps that were left out because they need a failed one. */
  skipped: Schema.Array(Schema.String),
}) {}
