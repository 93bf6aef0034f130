/** What the plan says of a strategy at a stage. */
import type { TrainOptions } from "../../../../plan/rows/cell.ts"
import type { Chosen, ChosenBackbone } from "../../given.ts"

export interface SharedOptions {
  readonly backbone: ChosenBackbone
  readonly strategy: Chosen
  /** Absent where everything is trained. */
  readonly adapter?: Chosen
  readonly train: TrainOptions
  /** Random streams bear it: strategies of one name start alike and see the same batches. */
  readonly name: string
  readonly stage: number
  readonly seed: number
  /** Tasks whose training texts this stage visits. */
  readonly visits: readonly number[]
  /** Of a strategy that replays: remembered texts of a draw. */
  readonly replayed?: number
  /** Tasks share their labels: one column of the head for each label. */
  readonly scenario?: "domain_incremental"
  /** It is trained to write answers, without a head. */
  readonly head?: "text"
}
