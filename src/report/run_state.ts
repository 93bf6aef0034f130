/** What has happened in a run so far, folded from its events: what runs, how much is done, how long it may still take. */
import type { PlannedStep, RunEvent } from "../run/events.ts"

export interface Running {
  readonly step: PlannedStep
  readonly since: number
  readonly done: number
  readonly note: string
}

export class RunState {
  readonly running = new Map<string, Running>()
  readonly steps = new Map<string, PlannedStep>()
  /** Steps that the store had, and steps finished in this run. */
  cached = 0
  finished = 0
  /** Set by the event `planned`. */
  startedAt: number | undefined
  private estimated = 0
  private estimatedDone = 0

  /** `now` in seconds. */
  apply(event: RunEvent, now: number): void {
    if (event.type === "planned") {
      const cached = new Set(event.cached)
      this.startedAt = now
      this.cached = cached.size
      for (const step of event.steps) {
        this.steps.set(step.key, step)
        if (!cached.has(step.key)) this.estimated += weight(step)
      }
    }
    if (event.type === "started")
      this.running.set(event.key, { step: this.step(event.key), since: now, done: 0, note: "" })
    if (event.type === "progress") {
      const running = this.running.get(event.key)
      const done = Number.isFinite(event.done) ? Math.min(1, Math.max(0, event.done)) : 0
      if (running) this.running.set(event.key, { ...running, done, note: event.note ?? running.note })
    }
    if (event.type === "finished") {
      this.finished++
      this.estimatedDone += weight(this.step(event.key))
    }
    if (event.type === "finished" || event.type === "failed") this.running.delete(event.key)
  }

  /** A step that was not planned is shown by its key. */
  step(key: string): PlannedStep {
    return this.steps.get(key) ?? { key, label: key.slice(0, 12), kind: "step", estimate: 0 }
  }

  /** Steps to run, without those that the store had. */
  get planned(): number {
    return this.steps.size - this.cached
  }

  /** Share of the estimated seconds that is done, in [0, 1]; 1 where nothing is to do. */
  get share(): number {
    let done = this.estimatedDone
    for (const { step, done: part } of this.running.values()) done += part * weight(step)
    return this.estimated === 0 ? 1 : Math.min(1, done / this.estimated)
  }

  /** Seconds left at the pace so far; undefined until a fiftieth is done and two seconds have passed. */
  left(now: number): number | undefined {
    const share = this.share
    const elapsed = this.elapsed(now)
    return share < 0.02 || elapsed < 2 ? undefined : (elapsed * (1 - share)) / share
  }

  elapsed(now: number): number {
    return this.startedAt === undefined ? 0 : now - this.startedAt
  }
}

/** No step is for nothing: a plan of steps without an estimate still moves. */
const weight = (step: PlannedStep): number => Math.max(step.estimate, 0.01)
