/** What scores rest on besides predictions: what the plan knows of a row, and the truth about the test set. */
import type { Row } from "../../../learning/index.ts"

/** What the plan knows of a row; `stages` are places in the list of evaluations. */
export interface RowPlan
  extends Pick<
    Row,
    | "name"
    | "plugin"
    | "head"
    | "source"
    | "knowsTask"
    | "leaks"
    | "kind"
    | "how"
    | "seed"
    | "notDefined"
    | "stepKeys"
    | "dependsOnOrder"
    | "memory"
  > {
  readonly stages: readonly {
    readonly index: number
    readonly evaluation: number
    /** The next task's texts are among those that were tested. */
    readonly ahead?: true
  }[]
  /** Where its trainable parameters and stored bytes are counted: places in the list of fits. */
  readonly fits: readonly number[]
  readonly granularity: "example" | "token"
}

export interface Truth {
  readonly tasks: readonly string[]
  readonly classes: readonly { readonly task: number; readonly label: string }[]
  readonly ids: readonly string[]
  /** Where texts are answered in words: of each, the answers that are right. */
  readonly references?: readonly (readonly string[])[]
}
