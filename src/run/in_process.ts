/** Computes steps in the calling thread, one at a time: for embedding, and where threads are not to be had. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Executor, settled } from "./executor.ts"
import type { Assignment, Outcome } from "./messages.ts"
import { performer } from "./perform.ts"
import { goOn, stopped, stopSign } from "./stop_sign.ts"

export const inProcess = (assignment: Assignment): Layer.Layer<Executor> =>
  Layer.sync(Executor, () => {
    const sign = stopSign()
    const perform = performer(assignment, sign)
    return Executor.of({
      size: 1,
      perform: (step, watch) =>
        Effect.callback<Outcome>((resume) => {
          watch({ type: "started", worker: 1 })
          const performing = perform(step, watch)
          performing.then((outcome) => resume(Effect.succeed(outcome)))
          return Effect.promise(async () => {
            await stopped(sign)
            await performing
            goOn(sign)
          })
        }).pipe(Effect.flatMap((outcome) => settled(step, outcome))),
    })
  })
