/** A small plan over the toy performers, and what it takes to run it. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { stepKey } from "../../src/plan/key.ts"
import type { Json, Step, StepKind } from "../../src/plan/step.ts"
import type { RunEvent } from "../../src/run/events.ts"
import { ArtifactStore, execute } from "../../src/run/execute.ts"
import { workers } from "../../src/run/workers.ts"

export const toyStep = (
  kind: StepKind,
  label: string,
  options: { readonly [key: string]: Json },
  from: readonly Step[] = [],
  seconds = 1,
): Step => {
  const inputs = { from: from.map(({ key }) => key) }
  return {
    key: stepKey({ kind, options, inputs, code: ["toy"] }),
    kind,
    label,
    options,
    inputs,
    estimate: { seconds, bytes: 100 },
  }
}

/** Two datasets -> two modules -> a fit -> an evaluation. `changed` goes into single steps by label. */
export const toyPlan = (changed: Readonly<Record<string, { readonly [key: string]: Json }>> = {}) => {
  const step = (kind: StepKind, label: string, options: { readonly [key: string]: Json }, from: readonly Step[] = []) =>
    toyStep(kind, label, { ...options, ...changed[label] }, from)
  const first = step("dataset", "dataset one", { value: 1 })
  const second = step("dataset", "dataset two", { value: 2 })
  const one = step("module", "module one", { value: 10, wait: 20 }, [first])
  const two = step("module", "module two", { value: 20, wait: 20 }, [second])
  const fit = step("fit", "fit", { value: 100 }, [one, two])
  const evaluation = step("evaluate", "evaluate", { value: 1000, size: 0 }, [fit])
  return [first, second, one, two, fit, evaluation] as const
}

export const toyAssignment = (store: string) => ({
  store,
  performers: new URL("./toy_performers.ts", import.meta.url).href,
  backend: { name: "none", options: {} },
  profile: { backend: "none", version: "0", provider: "none", precision: "float64", threads: 1 } as const,
})

/** A folder that is there for one test. */
export const withFolder = async <A>(use: (folder: string) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), "l2r-run-"))
  try {
    return await use(folder)
  } finally {
    await removed(folder)
  }
}

/** Deno does not wait for the end of a thread that it stops, which may still be in the middle of writing a file. */
const removed = async (folder: string, tries = 20): Promise<void> => {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch (cause) {
    if (tries === 0) throw cause
    await new Promise((resolve) => setTimeout(resolve, 50))
    await removed(folder, tries - 1)
  }
}

interface Options {
  readonly wanted?: readonly string[]
  readonly size?: number
  readonly onEvent?: (event: RunEvent) => void
}

export const runToy = async (
  store: string,
  steps: readonly Step[],
  { wanted = [steps[steps.length - 1].key], size = 2, onEvent }: Options = {},
) => {
  const events: RunEvent[] = []
  const exit = await Effect.runPromiseExit(
    execute({
      steps,
      wanted,
      onEvent: (event) => {
        events.push(event)
        onEvent?.(event)
      },
    }).pipe(Effect.provide(Layer.merge(workers(toyAssignment(store), size), ArtifactStore.layer(store)))),
  )
  const labels = (type: RunEvent["type"]) =>
    events.flatMap((event) =>
      event.type === type && "key" in event ? [steps.find(({ key }) => key === event.key)?.label ?? "?"] : [],
    )
  return { events, exit, labels, error: Exit.isFailure(exit) ? exit.cause : undefined }
}
