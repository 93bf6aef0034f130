/**
 * Stops a computation between two calls of its backend. A thread that is ended while native code runs in it brings the
 * whole process down on Node and Bun. So the engine of a step looks at its stop sign before each call, and shows on it
 * that it is inside of one; whoever wants to end the thread sets the sign and waits until nobody is inside.
 *
 *     thread   inside += 1;  set? -> leave, throw Stopped;  call;  inside -= 1
 *     stopper  set = 1;      wait until inside = 0;         end the thread
 *
 * Each side writes before it reads, in one order for both (Atomics), so that no call begins once the stopper has seen 0.
 */
import type { Engine, Session } from "../plugin/index.ts"

const SET = 0
const INSIDE = 1

/** Milliseconds between two looks at the sign. */
const LOOK = 5

/** Memory that the two sides share; goes through `workerData`. */
export const stopSign = (): SharedArrayBuffer => new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)

/** Sets the sign and waits until no call is running, or the thread is gone: as long as one run of a session takes. No call begins afterwards. */
export const stopped = async (sign: SharedArrayBuffer, isGone = () => false): Promise<void> => {
  const cells = new Int32Array(sign)
  Atomics.store(cells, SET, 1)
  while (Atomics.load(cells, INSIDE) > 0 && !isGone()) await new Promise((resolve) => setTimeout(resolve, LOOK))
}

/** Takes the sign away, so that the thread can go on with other work. */
export const goOn = (sign: SharedArrayBuffer): void => void Atomics.store(new Int32Array(sign), SET, 0)

/** Thrown into a step instead of the call that it wanted. */
export class Stopped extends Error {
  override readonly name = "Stopped"
  readonly help = "the same command goes on with what is finished"
  constructor() {
    super("it was stopped")
  }
}

export interface Guard {
  /** Opens an engine all whose calls heed the sign. */
  readonly engine: (open: () => Promise<Engine>) => Promise<Engine>
  /** Throws Stopped where a call was refused since `begin`: what a step made of that is no result. */
  readonly end: () => void
  readonly begin: () => void
}

export const guard = (sign: SharedArrayBuffer): Guard => {
  const cells = new Int32Array(sign)
  let refused = false
  const inside = async <T>(call: () => Promise<T>): Promise<T> => {
    Atomics.add(cells, INSIDE, 1)
    try {
      if (Atomics.load(cells, SET) === 1) {
        refused = true
        throw new Stopped()
      }
      return await call()
    } finally {
      Atomics.sub(cells, INSIDE, 1)
    }
  }
  const session = ({ run, release }: Session): Session => ({
    run: (feeds) => inside(() => run(feeds)),
    release: () => inside(release),
  })
  return {
    engine: async (open) => {
      const { compile } = await inside(open)
      return { compile: async (...asked) => session(await inside(() => compile(...asked))) }
    },
    begin: () => {
      refused = false
    },
    end: () => {
      if (refused) throw new Stopped()
    },
  }
}
