/**
 * The rule of every verdict, fixed before the runs. With [low, high] the 95 % interval of left minus right and a margin in points:
 *   holds strictly   low > 0
 *   holds            low > -margin
 *   does not hold    high < -margin
 *   undecided        otherwise, and only where an effect of 2 points would have been found, or the seeds are spent
 */
export type Verdict = "holds strictly" | "holds" | "does not hold" | "undecided"

export const verdictOf = ([low, high]: readonly [number, number], margin: number): Verdict =>
  low > 0 ? "holds strictly" : low > -margin ? "holds" : high < -margin ? "does not hold" : "undecided"
