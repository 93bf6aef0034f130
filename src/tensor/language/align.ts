/** The rules by which operands with and without rows meet, in one place. */
import { showShape } from "../dimension.ts"
import { ShapeError } from "../errors.ts"
import { constant } from "../leaves.ts"
import { mixtureOperator } from "../operators/mixture.ts"
import { spread } from "../operators/packing.ts"
import { reshape } from "../operators/reshaping.ts"
import { commonRows, describe, liftedShape, visibleRank, withRows } from "../rows.ts"
import type { Rows, Tensor } from "../tensor.ts"

/** What authors may write where a tensor is wanted. */
export type Operand = Tensor | number

/** A parameter whose name is misspelt comes as undefined. Throws ShapeError. */
export const present = (...operands: readonly (Operand | undefined)[]): void => {
  if (operands.includes(undefined))
    throw new ShapeError("operand", "it is undefined", "check the names of parameters and constants")
}

export const tensorOf = (x: Operand): Tensor => {
  present(x)
  return typeof x === "number" ? constant(x) : x
}

/** A mixture as the tensor that it stands for; others as they are. */
export const settle = (x: Tensor): Tensor => {
  present(x)
  if (x.op !== "mixture" || mixtureOperator.expand === undefined) return x
  return withRows(mixtureOperator.expand(x), x.rows)
}

export interface Aligned {
  /** Physical operands that broadcast by trailing axes. */
  readonly operands: readonly Tensor[]
  readonly rows: Rows | undefined
}

/**
 * Operands of an elementwise operator.
 * Examples with plain: ones are inserted after the hidden axis. Tokens with examples: the value of an example is
 * spread over its tokens.
 */
export const align = (operator: string, operands: readonly Operand[]): Aligned => {
  const xs = operands.map((x) => settle(tensorOf(x)))
  const rows = commonRows(xs)
  if (rows === undefined) return { operands: xs, rows }
  if (rows.of === "examples") {
    const rank = Math.max(...xs.map(visibleRank))
    return { operands: xs.map((x) => (x.rows ? reshape(x, liftedShape(x.shape, rank)) : x)), rows }
  }
  const rank = Math.max(...xs.filter((x) => x.rows?.of === "tokens").map((x) => x.shape.length))
  return { operands: xs.map((x) => overTokens(operator, x, rank, rows)), rows }
}

/** An operand as it meets a [tokens, ...] tensor of some rank. */
const overTokens = (operator: string, x: Tensor, rank: number, rows: Rows): Tensor => {
  const trailing = visibleRank(x) - (x.rows?.of === "tokens" ? 1 : 0)
  if (trailing > rank - 1 && !(x.rows === undefined && trailing === rank && x.shape[0] === 1))
    throw new ShapeError(
      operator,
      `${describe(x)} has more axes than one token of a tensor of rank ${rank} (${showShape(["length", ...new Array(rank - 1).fill("...")])})`,
      "what meets tokens broadcasts to the axes after [length]",
    )
  if (x.rows?.of !== "examples") return x
  return spread(reshape(x, liftedShape(x.shape, rank - 1)), rows.layout)
}
