/** What comes of a paired comparison. */
export interface Outcome {
  /** Left minus right. */
  readonly difference: number
  readonly interval: readonly [number, number]
  /** Uncorrected. */
  readonly p: number
  readonly standardError: number
  readonly minimumDetectable: number
  readonly examples: number
  readonly seeds: number
}

/** What results hold of a comparison: percentage points, and p also as it is after Holm over all comparisons of its declaration. */
export interface CorrectedOutcome extends Omit<Outcome, "standardError"> {
  readonly corrected: number
}
