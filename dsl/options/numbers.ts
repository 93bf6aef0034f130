/** Ranges of numbers: those that a spec writes (`1..3`), and those that an option allows. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Report } from "../diagnostics/diagnostic.ts"
import type { ValueNode } from "../syntax/ast.ts"
import type { JsonSchema } from "../vocabulary.ts"

/** A written range has at most this many numbers. */
const MOST = 10_000

export const isWhole = (value: number): boolean => Number.isSafeInteger(value)

type Range = ValueNode & { kind: "range" }

/** The numbers of `1..3`; undefined (and reported) where it goes down, is not whole, or is too long. */
export const rangeOf = ({ from, to, span }: Range, report: Report): readonly number[] | undefined => {
  if (isWhole(from) && isWhole(to) && from <= to && to - from < MOST)
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  const wrong = !isWhole(from) || !isWhole(to) ? "broken" : from > to ? "down" : "long"
  report(diagnose("L2R0408", span, { most: MOST, wrong }))
  return undefined
}

/** A range as the list that it stands for. */
export const expand = ({ span }: Range, numbers: readonly number[]): ValueNode[] =>
  numbers.map((value) => ({ kind: "number", value, written: String(value), span }))

/** The items of a list of numbers, with each range among them as its numbers: `[1..3, 7]`. */
export const numbersIn = (items: readonly ValueNode[], report: Report): readonly ValueNode[] =>
  items.flatMap((item): readonly ValueNode[] => {
    if (item.kind !== "range") return [item]
    const numbers = rangeOf(item, report)
    return numbers ? expand(item, numbers) : [{ kind: "broken", span: item.span }]
  })

/** True where the number is allowed; else what is allowed, in words. */
export const inRange = (
  value: number,
  { minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema,
): true | string => {
  const inside =
    !(minimum !== undefined && value < minimum) &&
    !(maximum !== undefined && value > maximum) &&
    !(exclusiveMinimum !== undefined && value <= exclusiveMinimum) &&
    !(exclusiveMaximum !== undefined && value >= exclusiveMaximum)
  if (inside) return true
  const least =
    minimum !== undefined
      ? `at least ${minimum}`
      : exclusiveMinimum !== undefined
        ? `greater than ${exclusiveMinimum}`
        : undefined
  const most =
    maximum !== undefined
      ? `at most ${maximum}`
      : exclusiveMaximum !== undefined
        ? `less than ${exclusiveMaximum}`
        : undefined
  // Every whole number has a greatest one that it can hold: no news for a value below.
  return (
    [least, most === `at most ${Number.MAX_SAFE_INTEGER}` ? undefined : most]
      .filter((part) => part !== undefined)
      .join(" and ") || `at most ${maximum}`
  )
}
