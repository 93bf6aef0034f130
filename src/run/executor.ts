/** Where steps are computed: in worker threads here (`workers.ts`), or in the calling thread (`in_process.ts`). */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Step } from "../plan/step.ts"
import { InputDamaged, StepFailed } from "./failures.ts"
import type { Notice, Outcome } from "./messages.ts"
import { type Cost, StoreError } from "./store/index.ts"

/** While a step runs: that it has begun, on which worker, and what it shows. */
export type Watch = (notice: { readonly type: "started"; readonly worker: number } | Notice) => void

export class Executor extends Context.Service<
  Executor,
  {
    /** How many steps run side by side. */
    readonly size: number
    /** Computes a step whose inputs are in the store, and keeps its artifact there. Interruption stops the computation. */
    readonly perform: (step: Step, watch: Watch) => Effect.Effect<Cost, StepFailed | InputDamaged | StoreError>
  }
>()("l2r/run/Executor") {}

/** An outcome as an effect of the step that it belongs to. */
export const settled = (
  { key, label }: Step,
  outcome: Outcome,
): Effect.Effect<Cost, StepFailed | InputDamaged | StoreError> => {
  switch (outcome.type) {
    case "finished":
      return Effect.succeed({ seconds: outcome.seconds, cpuSeconds: outcome.cpuSeconds })
    case "failed":
      return Effect.fail(new StepFailed({ key, label, message: outcome.message, help: outcome.help }))
    case "damaged":
      return Effect.fail(new InputDamaged({ input: outcome.input, message: outcome.message }))
    case "store":
      return Effect.fail(new StoreError({ message: outcome.message, help: outcome.help, path: outcome.path }))
  }
}
