/** Runs an effect to its end, or until a signal stops it. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"

const SIGNALS = ["SIGINT", "SIGTERM"] as const

/** What the effect gives; nothing where a signal stopped it. Rejects with the error it fails with. */
export const untilStopped = async <A>(effect: Effect.Effect<A, unknown>): Promise<A | undefined> => {
  const fiber = Effect.runFork(effect)
  const stop = () => void Effect.runFork(Fiber.interrupt(fiber))
  for (const signal of SIGNALS) process.once(signal, stop)
  const exit = await Effect.runPromise(Fiber.await(fiber))
  for (const signal of SIGNALS) process.off(signal, stop)
  if (Exit.isSuccess(exit)) return exit.value
  if (!Cause.hasInterrupts(exit.cause)) throw Cause.squash(exit.cause)
  return undefined
}
