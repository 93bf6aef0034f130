/**
 * Which step runs next. Among the steps whose inputs are there, the one with the longest path of estimated seconds to
 * the end comes first, so that what others wait for is not left to the last.
 */
import { inputKeys } from "../plan/key.ts"
import type { Step } from "../plan/step.ts"

type State = "waiting" | "running" | "finished" | "failed" | "skipped"

interface Entry {
  readonly step: Step
  state: State
  /** Estimated seconds from the start of this step to the end of the longest chain that needs it. */
  path: number
}

export interface Schedule {
  /** Takes the next step whose inputs are there; nothing where all others wait for running ones. */
  readonly next: () => Step | undefined
  readonly finished: (key: string) => void
  /** Marks a step as failed and returns the steps that are left out because of it. */
  readonly failed: (key: string) => readonly Step[]
  /** Puts a running step back, and adds steps that must be computed (again) before it. */
  readonly again: (key: string, before: readonly Step[]) => void
}

/** A schedule of the given steps; an input that is not among them counts as there. Throws where they wait for each other in a circle. */
export const schedule = (steps: readonly Step[]): Schedule => {
  const entries = new Map<string, Entry>()
  let order: readonly Entry[] = []

  const add = (added: readonly Step[]): void => {
    for (const step of added) {
      const state = entries.get(step.key)?.state
      if (state !== "waiting" && state !== "running") entries.set(step.key, { step, state: "waiting", path: 0 })
    }
    measurePaths(entries)
    order = [...entries.values()].sort((a, b) => b.path - a.path)
  }
  const isReady = ({ step, state }: Entry): boolean =>
    state === "waiting" && inputKeys(step).every((key) => (entries.get(key)?.state ?? "finished") === "finished")
  const set = (key: string, state: State): void => {
    const entry = entries.get(key)
    if (entry) entry.state = state
  }

  add(steps)
  return {
    next: () => {
      const entry = order.find(isReady)
      if (entry) entry.state = "running"
      return entry?.step
    },
    finished: (key) => set(key, "finished"),
    failed: (key) => {
      set(key, "failed")
      const lost = new Set([key])
      const skipped: Step[] = []
      // A longer path comes first in `order`, and what needs a step has a shorter one: a single pass finds all.
      for (const { step, state } of order) {
        if (state !== "waiting" || !inputKeys(step).some((input) => lost.has(input))) continue
        lost.add(step.key)
        skipped.push(step)
        set(step.key, "skipped")
      }
      return skipped
    },
    again: (key, before) => {
      set(key, "waiting")
      add(before)
    },
  }
}

/** path(step) = its seconds + the longest path among the steps that need it. Every step takes some time, so that paths fall along the graph. */
const measurePaths = (entries: ReadonlyMap<string, Entry>): void => {
  const dependents = new Map<string, Entry[]>()
  for (const entry of entries.values()) {
    for (const key of inputKeys(entry.step)) dependents.set(key, [...(dependents.get(key) ?? []), entry])
  }
  const measured = new Set<Entry>()
  const open = new Set<Entry>()
  const measure = (entry: Entry): number => {
    if (measured.has(entry)) return entry.path
    if (open.has(entry)) throw new Error(`the plan has a circle through "${entry.step.label}"`)
    open.add(entry)
    const after = (dependents.get(entry.step.key) ?? []).reduce((longest, next) => Math.max(longest, measure(next)), 0)
    entry.path = after + Math.max(entry.step.estimate.seconds, 1e-3)
    measured.add(entry)
    return entry.path
  }
  for (const entry of entries.values()) measure(entry)
}
