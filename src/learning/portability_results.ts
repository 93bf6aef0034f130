/** What results hold of a portability: a cell for each transfer, stream of sources and backbone. */
import type { CorrectedOutcome } from "./outcome.ts"

/** The carried module against a fresh one: better, worse, or neither is shown. */
export type Finding = "paid" | "cost" | "open"

/** Which test texts of a task were right, a digit each, for one start, budget and seed. */
export interface RightTexts {
  readonly start: string
  readonly steps: number
  /** Index into `tasks`. */
  readonly task: number
  readonly seed: number
  /** "1" or "0" for each test text, in the mixed order of the task's test set. */
  readonly right: string
}

/** `ported` minus another start at one budget, macro over tasks, paired on the same test texts. */
export interface PortabilityComparison extends CorrectedOutcome {
  readonly against: string
  readonly steps: number
  readonly finding: Finding
}

export interface Verdict {
  readonly finding: Finding | "mixed"
  /** One sentence that says whether porting paid. */
  readonly conclusion: string
}

/** What is carried from where to where, and compared on what. */
export interface PortabilityPlace {
  readonly portability: string
  readonly transfer: string
  readonly plugin: string
  /** The adapter of the modules, the backbone they come from, and the one they are carried to. */
  readonly of: string
  readonly from: string
  readonly on: string
  /** Streams whose modules are carried, and on which they are trained and tested. */
  readonly source: string
  readonly stream: string
  /** Each task with the one whose module is carried to it. */
  readonly tasks: readonly { readonly task: string; readonly from: string }[]
  readonly seeds: readonly number[]
  readonly steps: readonly number[]
  /** `ported` first. */
  readonly starts: readonly string[]
}

export interface PortabilityCell extends PortabilityPlace {
  /** Test texts of all tasks. */
  readonly examples: number
  /** Why nothing could be carried; there are no figures then. */
  readonly notDefined?: string
  readonly right: readonly RightTexts[]
  /** Accuracy in percent, the mean over tasks, at each budget. */
  readonly curves: readonly {
    readonly start: string
    readonly accuracy: readonly { readonly value: number; readonly interval?: readonly [number, number] }[]
  }[]
  readonly comparisons: readonly PortabilityComparison[]
  readonly verdict?: Verdict
}
