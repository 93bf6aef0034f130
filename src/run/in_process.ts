/** Computes steps in the calling thread, one at a time: for embedding, and where threads are not to be had. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Executor, settled } from "./executor.ts"
import type { Assignment } from "./messages.ts"
import { performer } from "./perform.ts"

export const inProcess = (assignment: Assignment): Layer.Layer<Executor> =>
  Layer.sync(Executor, () => {
    const perform = performer(assignment)
    return Executor.of({
      size: 1,
      perform: (step, watch) =>
        Effect.promise(() => {
          watch({ type: "started", worker: 1 })
          return perform(step, watch)
        }).pipe(Effect.flatMap((outcome) => settled(step, outcome))),
    })
  })
