/** What the main thread and its workers say to each other: plain data. Arrays never cross threads; they go through the store. */

import type { Step } from "../plan/step.ts"
import type { NumericProfile } from "../plugin/index.ts"
import type { Cost } from "./store/index.ts"

/** What a worker is told when it starts. */
export interface Assignment {
  /** Folder of the store. */
  readonly store: string
  /** URL of the module that exports `performers`. */
  readonly performers: string
  readonly backend: ChosenBackend
  readonly profile: NumericProfile
  /** Milliseconds between two snapshots of a training; ten seconds by default. */
  readonly snapshotEvery?: number
}

/** ... with the sign that stops this one (`stop_sign.ts`). */
export interface Seated extends Assignment {
  readonly sign: SharedArrayBuffer
}

/** The backend of a run: a plugin with its options; `from` is the file URL of a stranger's. */
export interface ChosenBackend {
  readonly name: string
  readonly from?: string
  readonly options: unknown
}

/** To a worker. */
export interface Perform {
  readonly type: "perform"
  readonly step: Step
}

/** What a worker shows while a step runs. */
export type Notice =
  | { readonly type: "progress"; readonly done: number; readonly note?: string }
  | { readonly type: "warning"; readonly message: string; readonly help?: string }

/** How a step ended. */
export type Outcome =
  | ({ readonly type: "finished" } & Cost)
  /** `stray`: thrown outside of the step's promise, so that the thread can't be trusted any more. */
  | { readonly type: "failed"; readonly message: string; readonly help: string; readonly stray?: boolean }
  /** An input is not what its digest says. */
  | { readonly type: "damaged"; readonly input: string; readonly message: string }
  /** The result could not be kept. */
  | { readonly type: "store"; readonly message: string; readonly help: string; readonly path: string }

/** From a worker. */
export type Report = Notice | Outcome
