/**
 * Ctrl-C: the first one stops the work where it can be stopped, tells how to go on, and ends the process with the exit
 * code that shells expect. Work that can't be stopped in time, and a later Ctrl-C, end it at once. `kill` is the same.
 */
import { writeSync } from "node:fs"
import { constants } from "node:os"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"

const SIGNALS = ["SIGINT", "SIGTERM"] as const
type Signal = (typeof SIGNALS)[number]

/** Milliseconds in which an effect has to stop. */
const DEADLINE = 1500
/** Milliseconds in which a signal counts as the same: one Ctrl-C reaches a process from the terminal and from what started it. */
const SAME = 1000

/** Gives what an effect gives, or rejects with what it fails with; stopped by a signal, it does not return. */
export type Settle = <A, E>(effect: Effect.Effect<A, E>) => Promise<A>

/** Does work whose effects a signal stops; where none runs, it ends the process at once. `farewell` is the last that the person reads. */
export const untilStopped = async <A>(farewell: () => string, work: (settle: Settle) => Promise<A>): Promise<A> => {
  let stopping: { readonly signal: Signal; readonly since: number } | undefined
  let fiber: Fiber.Fiber<unknown, unknown> | undefined

  const leave = (signal: Signal): never => {
    say(farewell())
    process.exit(128 + constants.signals[signal])
  }
  const die = (signal: Signal): void => {
    say(farewell())
    forget()
    dieOf(signal)
  }
  const heard = (signal: Signal): void => {
    if (stopping) {
      if (performance.now() - stopping.since > SAME) die(signal)
      return
    }
    if (!fiber) leave(signal)
    stopping = { signal, since: performance.now() }
    setTimeout(() => die(signal), DEADLINE).unref()
    if (fiber) Effect.runFork(Fiber.interrupt(fiber))
  }
  const forget = (): void => {
    for (const signal of SIGNALS) process.off(signal, heard)
  }
  const settle: Settle = async (effect) => {
    const running = Effect.runFork(effect)
    fiber = running
    const exit = await Effect.runPromise(Fiber.await(running))
    fiber = undefined
    if (stopping) leave(stopping.signal)
    if (Exit.isFailure(exit)) throw Cause.squash(exit.cause)
    return exit.value
  }

  for (const signal of SIGNALS) process.on(signal, heard)
  try {
    return await work(settle)
  } finally {
    forget()
  }
}

/**
 * Dies of a signal that nobody listens to any more. `process.exit` would end the threads first, and with native code in
 * one of them that brings the process down with an error of its own.
 */
const dieOf = (signal: Signal): void => {
  process.kill(process.pid, signal)
  setTimeout(() => process.kill(process.pid, "SIGKILL"), 100)
}

/** Written before the process ends, whatever its end; a reader that is gone needs no farewell. */
const say = (text: string): void => {
  try {
    writeSync(2, text)
  } catch {}
}
