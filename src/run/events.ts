/**
 * What a run tells those who watch it, in the order in which it happens. Plain data, so that events cross threads,
 * processes and JSON Lines unchanged. The executor emits them; `src/report/progress.ts` shows them.
 */

/** A step as the plan sees it: its content key, a label for people, its kind and the estimated seconds. */
export interface PlannedStep {
  readonly key: string
  readonly label: string
  readonly kind: string
  /** Estimated seconds of one core. */
  readonly estimate: number
}

/** Comes once and first: every step of the plan, and the keys of those that the store already has. */
export interface Planned {
  readonly type: "planned"
  readonly steps: readonly PlannedStep[]
  readonly cached: readonly string[]
}

export interface Started {
  readonly type: "started"
  readonly key: string
  /** Number of the worker that runs the step. */
  readonly worker: number
}

export interface Progressed {
  readonly type: "progress"
  readonly key: string
  /** Share of the step that is done, in [0, 1]. */
  readonly done: number
  /** What a person wants to see, e.g. "epoch 2/3 loss 0.412". */
  readonly note?: string
}

export interface Finished {
  readonly type: "finished"
  readonly key: string
  /** Elapsed time. */
  readonly seconds: number
  readonly cpuSeconds: number
}

/** Something that the reader must know although the run goes on. */
export interface Warned {
  readonly type: "warning"
  readonly key?: string
  readonly message: string
  readonly help?: string
}

export interface Failed {
  readonly type: "failed"
  readonly key: string
  readonly message: string
  readonly help?: string
}

/** The user stopped the run; finished steps are kept. */
export interface Interrupted {
  readonly type: "interrupted"
}

export type RunEvent = Planned | Started | Progressed | Finished | Warned | Failed | Interrupted
