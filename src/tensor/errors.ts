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

/** Where an operator without a gradient stands. */
export interface Below {
  /** Operators from it down to the variable. */
  readonly below: readonly string[]
  readonly variable?: string
  /** What has the operator in it, e.g. a node of a file. */
  readonly origin?: string
}

/** The loss depends on a variable through an operator that has no gradient. */
export class GradientError extends Error {
  override readonly name = "GradientError"
  readonly operator: string
  /** Operators from the loss down to the one without a gradient. */
  readonly path: readonly string[]
  constructor(operator: string, path: readonly string[], advice: string, { below, variable, origin }: Below) {
    const on = variable === undefined ? "a variable" : `"${variable}"`
    const way = brief([...path, ...below]).join(" <- ")
    super(
      `grad: ${origin ?? `\`${operator}\``} has no gradient, and the loss depends on ${on} through it (${way}); ${advice}`,
    )
    this.operator = operator
    this.path = path
  }
}

/** Both ends of a long way. */
const brief = (way: readonly string[]): readonly string[] =>
  way.length <= 12 ? way : [...way.slice(0, 5), `${way.length - 10} more`, ...way.slice(-5)]
