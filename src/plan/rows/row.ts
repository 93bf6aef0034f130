/** What the plan knows of a row of the table before anything is computed. */
import type { HeadPolicy, Row, Source } from "../../learning/results.ts"

export interface Evaluated {
  readonly stage: number
  /** Key of the evaluation. */
  readonly evaluation: string
  /** Keys of the steps whose parameters and bytes are the row's own. */
  readonly fits: readonly string[]
  /** Keys of the steps whose processor time the row pays. */
  readonly charged: readonly string[]
}

export interface PlannedRow {
  readonly name: string
  readonly plugin: string
  readonly kind: Row["kind"]
  readonly head: HeadPolicy
  readonly source: Source
  readonly how: Row["how"]
  readonly knowsTask: boolean
  readonly leaks?: "batch"
  /** Its final figures are others in another order of the tasks. */
  readonly dependsOnOrder?: true
  /** What it reads of earlier tasks' examples, in words. */
  readonly memory?: string
  readonly seed: number
  readonly granularity: "example" | "token"
  readonly stages: readonly Evaluated[]
  readonly fits: readonly string[]
  readonly charged: readonly string[]
  readonly notDefined?: string
}
