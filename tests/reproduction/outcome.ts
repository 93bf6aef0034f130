/** A claim's two rows, paired on the same test texts: what the results of a data set say of it. */
import { compareRows } from "../../src/learning/comparisons.ts"
import type { Comparison, Results, Row } from "../../src/learning/results.ts"
import { randomStream } from "../../src/plugin/index.ts"
import { type Claim, type Data, NEAR_DOMAIN, type Side } from "./claim.ts"
import { type Verdict, verdictOf } from "./verdict.ts"

export interface ClaimOutcome
  extends Pick<Comparison, "difference" | "interval" | "minimumDetectable" | "examples" | "seeds"> {
  readonly claim: string
  readonly data: Data
  readonly adapter: string
  /** Accuracy of both in the claim's set-up, in per cent. */
  readonly left: number
  readonly right: number
  readonly margin: number
  readonly verdict: Verdict
}

/** By adapter. Throws where the results lack a row of the claim. */
export const outcomesOf = (claim: Claim, data: Data, { cells }: Pick<Results, "cells">): readonly ClaimOutcome[] =>
  claim.adapters.map((adapter) => {
    const { setup = "class_incremental" } = claim
    const cellOf = ({ experiment }: Side) => {
      const found = cells.find((cell) => cell.experiment === experiment && cell.adapter === adapter)
      if (!found) throw new Error(`the results of ${data} lack the experiment ${experiment} on ${adapter}`)
      return found
    }
    const rowsOf = (side: Side, name: string): readonly Row[] => {
      const rows = cellOf(side).rows.filter((row) => row.name === side.row && row.head === side.head)
      if (rows.length === 0)
        throw new Error(`the results of ${data} lack the row ${side.row} (${side.head}) on ${adapter}`)
      return rows.map((row) => ({ ...row, name }))
    }
    const accuracyOf = (side: Side): number =>
      cellOf(side).summary.find(({ row, head }) => row === side.row && head === side.head)?.[
        setup === "task_incremental" ? "taskIncremental" : "classIncremental"
      ]?.value ?? Number.NaN
    const cell = { ...cellOf(claim.left), rows: [...rowsOf(claim.left, "left"), ...rowsOf(claim.right, "right")] }
    const asked = { left: "left", against: ["right"], on: "accuracy", setup } as const
    const { comparisons, notices } = compareRows([cell], [asked], (purpose) =>
      randomStream(0, "reproduction", claim.id, data, adapter, purpose),
    )
    const [comparison] = comparisons[0]
    if (!comparison) throw new Error(notices[0][0])
    const { difference, interval, minimumDetectable, examples, seeds } = comparison
    const margin = NEAR_DOMAIN.includes(data) ? (claim.nearDomainMargin ?? claim.margin) : claim.margin
    return {
      claim: claim.id,
      data,
      adapter,
      left: accuracyOf(claim.left),
      right: accuracyOf(claim.right),
      difference,
      interval,
      minimumDetectable,
      examples,
      seeds,
      margin,
      verdict: verdictOf(interval, margin),
    }
  })
