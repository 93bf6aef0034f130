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

/** The end of a run whose failures have been told one by one as they happened. */
export const inShort = ({ failures, skipped }: RunFailed): Error & { readonly help: string } => {
  const steps = (n: number) => `${n} step${n === 1 ? "" : "s"}`
  const left =
    skipped.length === 0
      ? ""
      : `; ${steps(skipped.length)} that need${skipped.length === 1 ? "s" : ""} ${failures.length === 1 ? "it" : "them"} ${skipped.length === 1 ? "was" : "were"} left out`
  return Object.assign(new Error(`${steps(failures.length)} failed, as told above${left}`), {
    help: "finished steps are kept: correct what failed, and the same command goes on from there",
  })
}
