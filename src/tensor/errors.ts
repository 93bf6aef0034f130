/** Errors of the array language: what is wrong, where, and what to do about it. */

/** Shapes, types or rows of the operands do not fit the operator. Thrown while the graph is built, never during a run. */
export class ShapeError extends Error {
  override readonly name = "ShapeError"
  readonly operator: string
  readonly advice: string
  constructor(operator: string, what: string, advice = "check the shapes of the operands") {
    super(`${operator}: ${what}; ${advice}`)
    this.operator = operator
    this.advice = advice
  }
}

/** The loss depends on a variable through an operator that has no gradient. */
export class GradientError extends Error {
  override readonly name = "GradientError"
  readonly operator: string
  /** Operators from the loss down to the one without a gradient. */
  readonly path: readonly string[]
  constructor(operator: string, path: readonly string[], advice: string) {
    super(
      `grad: \`${operator}\` has no gradient, and the loss depends on a variable through it (${path.join(" <- ")}); ${advice}`,
    )
    this.operator = operator
    this.path = path
  }
}
