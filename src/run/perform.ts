/** Performs one step where it stands: reads its inputs from the store, computes, keeps the artifact. */

import type { Artifact, Step } from "../plan/step.ts"
import type { Backend, Engine } from "../plugin/index.ts"
import { loadPlugin } from "../plugin/load.ts"
import { explained } from "./explanation.ts"
import type { Assignment, Notice, Outcome } from "./messages.ts"
import { guard } from "./stop_sign.ts"
import { halfwayFiles } from "./store/halfway.ts"
import { Damage, openStore, StoreError } from "./store/index.ts"
import type { Performers, Work } from "./work.ts"

export type PerformStep = (step: Step, notify: (notice: Notice) => void) => Promise<Outcome>

/** Milliseconds between two snapshots of a training. */
const SNAPSHOT = 10_000

/** Milliseconds between two notices of progress. */
const INTERVAL = 100

/** A performer with its own backend, caches and store; one step at a time. Never rejects. A step ends early where the sign is set. */
export const performer = (
  { store: folder, performers: module, backend, profile, snapshotEvery = SNAPSHOT }: Assignment,
  sign: SharedArrayBuffer,
): PerformStep => {
  const store = openStore(folder)
  const halfway = halfwayFiles(store.directory)
  const guarded = guard(sign)
  const kept = new Map<string, Promise<unknown>>()
  const cached = <T>(key: string, make: () => Promise<T>): Promise<T> => {
    const known = kept.get(key)
    if (known) return known as Promise<T>
    const made = Promise.resolve().then(make)
    kept.set(key, made)
    made.catch(() => kept.delete(key))
    return made
  }
  const plugin = loadPlugin as Work["plugin"]
  const engine = (): Promise<Engine> =>
    cached("engine", async () => {
      const { open } = await plugin<Backend>("backend", backend.name, backend.from)
      return guarded.engine(() => open(backend.options))
    })

  return async (step, notify) => {
    const warnings: { message: string; help?: string }[] = []
    guarded.begin()
    try {
      const { performers } = (await import(module)) as { performers: Performers }
      const inputs = new Map(
        Object.entries(step.inputs).map(([name, keys]) => [name, [keys].flat().map((key) => store.read(key))]),
      )
      const inputsOf = (name: string): readonly Artifact[] => {
        const found = inputs.get(name)
        if (!found) throw new Error(`the step "${step.label}" has no input "${name}"`)
        return found
      }
      const work: Work = {
        options: step.options,
        inputs: inputsOf,
        input: (name) => inputsOf(name)[0],
        progress: throttled((done, note) => notify({ type: "progress", done, note })),
        warn: (message, help) => {
          warnings.push({ message, ...(help !== undefined && { help }) })
          notify({ type: "warning", message, help })
        },
        plugin,
        engine,
        profile,
        halfway: {
          every: snapshotEvery,
          read: () => halfway.read(step.key),
          write: (snapshot) => halfway.write(step.key, snapshot),
        },
        cached,
      }
      const started = performance.now()
      const spent = threadSeconds()
      const artifact = await performers[step.kind](work)
      guarded.end()
      const seconds = (performance.now() - started) / 1000
      const cost = { seconds, cpuSeconds: spent === undefined ? seconds : (threadSeconds() as number) - spent }
      store.write(step, artifact, cost, warnings)
      halfway.clear(step.key)
      return { type: "finished", ...cost }
    } catch (cause) {
      if (cause instanceof Damage) return { type: "damaged", input: cause.key, message: cause.message }
      if (cause instanceof StoreError)
        return { type: "store", message: cause.message, help: cause.help, path: cause.path }
      return { type: "failed", ...explained(cause) }
    }
  }
}

/** Processor seconds of this thread so far; nothing on runtimes that do not count them (Node before 23.9). */
const threadSeconds = (): number | undefined => {
  const usage = (process as { threadCpuUsage?: () => { user: number; system: number } }).threadCpuUsage?.()
  return usage && (usage.user + usage.system) / 1e6
}

/** Lets the first notice, the last, and one per interval through. */
const throttled = (send: Work["progress"]): Work["progress"] => {
  let last = Number.NEGATIVE_INFINITY
  return (done, note) => {
    const now = performance.now()
    if (done < 1 && now - last < INTERVAL) return
    last = now
    send(done, note)
  }
}
