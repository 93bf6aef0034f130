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

/** "; 3 steps that need it were left out", or nothing. */
export const leftOut = (failed: number, skipped: number): string => {
  const it = failed === 1 ? "it" : "them"
  if (skipped === 0) return ""
  return skipped === 1 ? `; 1 step that needs ${it} was left out` : `; ${skipped} steps that need ${it} were left out`
}

/** The end of a run whose failures have been told one by one: which they were, and what to do about the first. */
export const inShort = ({ failures, skipped, help }: RunFailed): Error & { readonly help: string } => {
  const more = failures.length - 1
  const others = more === 0 ? "" : ` and ${more} more step${more === 1 ? "" : "s"}`
  const left = leftOut(failures.length, skipped.length)
  return Object.assign(new Error(`"${failures[0].label}"${others} failed, as told above${left}`), { help })
}
