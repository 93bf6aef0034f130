/**
 * Computes steps in worker threads, as many as there are cores. Each has its own backend, opened when a step first
 * needs it, so that the main thread stays free while native code runs.
 */
import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Step } from "../plan/step.ts"
import { Executor, settled, type Watch } from "./executor.ts"
import type { Assignment, Outcome, Report, Seated } from "./messages.ts"
import { stopped, stopSign } from "./stop_sign.ts"

/** Milliseconds that a thread gets to end once no native code runs in it. */
const PATIENCE = 1200

/** A place for one worker: the thread starts with the first step and serves those that follow. */
interface Seat {
  readonly number: number
  busy: boolean
  thread?: Thread
  /** The end of the threads that it had before. */
  left?: Promise<unknown>
}

interface Thread {
  readonly worker: Worker
  /** Stops it. */
  readonly sign: SharedArrayBuffer
}

const started = (assignment: Assignment): Thread => {
  const sign = stopSign()
  return { sign, worker: new Worker(moduleOf("worker"), { workerData: { ...assignment, sign } satisfies Seated }) }
}

const moduleOf = (name: string): URL =>
  new URL(`./${name}${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url)

/** Our own performers, for `Assignment.performers`. */
export const ownPerformers = moduleOf("steps/index").href

export const workers = (assignment: Assignment, size: number = availableParallelism()): Layer.Layer<Executor> =>
  Layer.effect(
    Executor,
    Effect.gen(function* () {
      const seats = Array.from({ length: Math.max(1, size) }, (_, i): Seat => ({ number: i + 1, busy: false }))
      yield* Effect.addFinalizer(() => Effect.promise(() => Promise.all(seats.map(dismiss))))
      return Executor.of({
        size: seats.length,
        perform: (step, watch) =>
          Effect.acquireUseRelease(
            Effect.sync(() => take(seats)),
            (seat) => assigned(seat, assignment, step, watch).pipe(Effect.flatMap((outcome) => settled(step, outcome))),
            (seat) =>
              Effect.sync(() => {
                seat.busy = false
              }),
          ),
      })
    }),
  )

/** A free seat, rather one whose thread is warm. The scheduler never asks for more than there are. */
const take = (seats: readonly Seat[]): Seat => {
  const free = seats.filter(({ busy }) => !busy)
  const seat = free.find(({ thread }) => thread) ?? free[0]
  if (!seat) throw new Error("more steps than workers")
  seat.busy = true
  return seat
}

/** Gives a step to the thread of a seat. Where the thread dies, the step has failed and the seat gets a new thread. */
const assigned = (seat: Seat, assignment: Assignment, step: Step, watch: Watch): Effect.Effect<Outcome> =>
  Effect.callback((resume) => {
    const thread = seat.thread ?? started(assignment)
    const { worker } = thread
    seat.thread = thread
    const settle = (outcome: Outcome): void => {
      forget()
      resume(Effect.succeed(outcome))
    }
    const heard = (report: Report): void => {
      if (report.type === "progress" || report.type === "warning") watch(report)
      else {
        settle(report)
        if (report.type === "failed" && report.stray) void dismiss(seat)
      }
    }
    const died = (cause: unknown): void => {
      seat.thread = undefined
      settle(deathOf(step, cause))
    }
    const forget = (): void => {
      worker.off("message", heard)
      worker.off("error", died)
      worker.off("exit", died)
    }
    worker.on("message", heard)
    worker.on("error", died)
    worker.on("exit", died)
    watch({ type: "started", worker: seat.number })
    worker.postMessage({ type: "perform", step })
    return Effect.asVoid(
      Effect.promise(() => {
        forget()
        return dismiss(seat)
      }),
    )
  })

/** Stops the thread of a seat, and waits for its end and for that of all before it. */
const dismiss = (seat: Seat): Promise<unknown> => {
  const { thread, left } = seat
  seat.thread = undefined
  seat.left = Promise.all([left, thread && end(thread)])
  return seat.left
}

/** Ends a thread between two calls of its backend; waits for that as long as a call takes, then as long as patience lasts. */
const end = async ({ worker, sign }: Thread): Promise<void> => {
  let gone = false
  worker.on("error", () => {})
  worker.once("exit", () => {
    gone = true
  })
  await stopped(sign, () => gone)
  worker.unref()
  let timer: ReturnType<typeof setTimeout> | undefined
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE)
  })
  await Promise.race([worker.terminate(), patience])
  clearTimeout(timer)
}

const deathOf = ({ label }: Step, cause: unknown): Outcome => {
  const memory = (cause as { code?: string } | undefined)?.code === "ERR_WORKER_OUT_OF_MEMORY"
  const why = memory ? "it ran out of memory" : cause instanceof Error ? cause.message : `exit code ${cause}`
  return {
    type: "failed",
    message: `the worker that computed "${label}" died: ${why}`,
    help: "run the same command again: finished steps are kept. If it happens again, use fewer workers (--workers 1), a smaller batch, or a smaller backbone",
  }
}
