/**
 * Executes a plan: computes the steps that the wanted ones need and the store does not have, as many side by side as the
 * executor allows. Killed or interrupted at any moment, the next run goes on with what is finished.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { Step } from "../plan/step.ts"
import type { RunEvent } from "./events.ts"
import { Executor } from "./executor.ts"
import { type InputDamaged, leftOut, RunFailed, StepFailed } from "./failures.ts"
import { type Schedule, schedule } from "./schedule.ts"
import { type Cost, openStore, type Store, StoreError } from "./store/index.ts"
import { survey } from "./survey.ts"

/** The store of a run. */
export class ArtifactStore extends Context.Service<ArtifactStore, Store>()("l2r/run/ArtifactStore") {
  static readonly layer = (directory: string): Layer.Layer<ArtifactStore, StoreError> =>
    Layer.effect(
      ArtifactStore,
      tried(() => openStore(directory)),
    )
}

export interface Run {
  /** The whole plan. */
  readonly steps: readonly Step[]
  /** Keys of the steps whose results are asked for. */
  readonly wanted: readonly string[]
  readonly onEvent?: (event: RunEvent) => void
}

export interface Executed {
  /** Keys of the steps that were computed now, in the order in which they finished. */
  readonly computed: readonly string[]
  /** How many steps of the plan were not. */
  readonly reused: number
}

/** How often a damaged input is computed again before its step counts as failed. */
const TRIES = 3

export const execute = Effect.fnUntraced(function* ({
  steps,
  wanted,
  onEvent = () => {},
}: Run): Effect.fn.Return<Executed, RunFailed | StoreError, ArtifactStore | Executor> {
  const store = yield* ArtifactStore
  const executor = yield* Executor
  const found = yield* tried(() => survey(steps, wanted, store))
  const missing = new Set(found.missing.map(({ key }) => key))
  onEvent({
    type: "planned",
    steps: steps.map(({ key, kind, label, estimate }) => ({ key, kind, label, estimate: estimate.seconds })),
    cached: steps.flatMap(({ key }) => (missing.has(key) ? [] : [key])),
  })
  for (const { step, message } of found.damaged) onEvent(recomputing(step, message))
  for (const [key, { warnings }] of found.present)
    for (const warning of warnings) onEvent({ type: "warning", key, ...warning })

  const { computed, failures, skipped } = yield* computeAll({
    steps,
    schedule: schedule(found.missing),
    store,
    executor,
    onEvent,
  }).pipe(Effect.onInterrupt(() => Effect.sync(() => onEvent({ type: "interrupted" }))))
  if (failures.length > 0) return yield* runFailed(failures, skipped)
  return { computed, reused: steps.length - computed.length }
})

/** The same as a stream of events that ends, or fails, with the run. */
export const events = (
  run: Omit<Run, "onEvent">,
): Stream.Stream<RunEvent, RunFailed | StoreError, ArtifactStore | Executor> =>
  Stream.callback(
    (queue) =>
      execute({ ...run, onEvent: (event) => Queue.offerUnsafe(queue, event) }).pipe(
        Effect.matchCauseEffect({
          onFailure: (cause) => Queue.failCause(queue, cause),
          onSuccess: () => Queue.end(queue),
        }),
      ),
    { bufferSize: Number.POSITIVE_INFINITY },
  )

interface Running {
  readonly steps: readonly Step[]
  readonly schedule: Schedule
  readonly store: Store
  readonly executor: Executor["Service"]
  readonly onEvent: (event: RunEvent) => void
}

type Ended = { readonly step: Step; readonly exit: Exit.Exit<Cost, StepFailed | InputDamaged | StoreError> }

const computeAll = ({ steps, schedule, store, executor, onEvent }: Running) =>
  Effect.scoped(
    Effect.gen(function* () {
      const ended = yield* Queue.unbounded<Ended>()
      // Interrupted, all of them stop at the same time.
      const performing = yield* FiberSet.make()
      const computed: string[] = []
      const failures: StepFailed[] = []
      const skipped: Step[] = []
      const tries = new Map<string, number>()
      let running = 0

      const fail = (failure: StepFailed): void => {
        failures.push(failure)
        skipped.push(...schedule.failed(failure.key))
        onEvent({ type: "failed", key: failure.key, message: failure.message, help: failure.help })
      }
      const computeAgain = (step: Step, { input, message }: InputDamaged) =>
        tried(() => {
          const count = (tries.get(input) ?? 0) + 1
          tries.set(input, count)
          if (count > TRIES) {
            fail(
              new StepFailed({
                key: step.key,
                label: step.label,
                message: `an input of "${step.label}" is damaged each time it is read: ${message}`,
                help: "check the disk, or give another folder with --store DIR",
              }),
            )
            return
          }
          const before = survey(steps, [input], store)
          for (const { step: lost, message: what } of before.damaged) onEvent(recomputing(lost, what))
          schedule.again(step.key, before.missing)
        })

      for (;;) {
        while (running < executor.size) {
          const step = schedule.next()
          if (!step) break
          running += 1
          yield* executor
            .perform(step, (notice) => onEvent({ ...notice, key: step.key }))
            .pipe(
              Effect.exit,
              Effect.flatMap((exit) => Queue.offer(ended, { step, exit })),
              FiberSet.run(performing),
            )
        }
        if (running === 0) return { computed, failures, skipped }
        const { step, exit } = yield* Queue.take(ended)
        running -= 1
        if (Exit.isSuccess(exit)) {
          schedule.finished(step.key)
          computed.push(step.key)
          onEvent({ type: "finished", key: step.key, ...exit.value })
          continue
        }
        const failure = Cause.squash(exit.cause)
        if (failure instanceof StepFailed) fail(failure)
        else if ((failure as InputDamaged)._tag === "InputDamaged") yield* computeAgain(step, failure as InputDamaged)
        else return yield* Effect.failCause(exit.cause as Cause.Cause<StoreError>)
      }
    }),
  )

const recomputing = ({ key, label }: Step, message: string): RunEvent => ({
  type: "warning",
  key,
  message: `"${label}" in the store is damaged (${message}): it is computed again`,
  help: "if this comes back, check the disk or give another folder with --store DIR",
})

const runFailed = (failures: readonly StepFailed[], skipped: readonly Step[]): RunFailed => {
  const [first] = failures
  const others = failures.length - 1
  const more = others > 0 ? `, and ${others} more step${others === 1 ? "" : "s"} failed` : ""
  return new RunFailed({
    message: `step "${first.label}" failed: ${first.message}${more}${leftOut(failures.length, skipped.length)}`,
    help: first.help,
    failures: failures.map(({ key, label, message, help }) => ({ key, label, message, help })),
    skipped: skipped.map(({ label }) => label),
  })
}

/** A call that may throw a StoreError; anything else thrown is a bug and stays one. */
const tried = <A>(call: () => A): Effect.Effect<A, StoreError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(call())
    } catch (cause) {
      return cause instanceof StoreError ? Effect.fail(cause) : Effect.die(cause)
    }
  })
