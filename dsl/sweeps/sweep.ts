/**
 * Sweeps: which values of a declaration vary, and the variants that come of them.
 *
 *     adapter low_rank = lora { rank: sweep [4, 8] }             low_rank[rank=4], low_rank[rank=8]
 *     memory few = random { per_class: sweep [1, 5] }            few[per_class=1], few[per_class=5]
 *     router learnt = l2r { memory: few }                        learnt[few.per_class=1], learnt[few.per_class=5]
 *
 * A declaration with several sweeps has a variant for every combination, the first sweep varying slowest; sweeps of one
 * tag go in step. What names a swept declaration is swept with it.
 */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Report } from "../diagnostics/diagnostic.ts"
import { numbersIn } from "../options/numbers.ts"
import type { Span } from "../spec.ts"
import type { ValueNode } from "../syntax/ast.ts"
import { written } from "../syntax/written.ts"

export type SweepNode = ValueNode & { readonly kind: "sweep" }

/** One value that varies. Parts of the same axis take their values together. */
export interface Part {
  /** `rank`, or `few.per_class` where it is another declaration's. */
  readonly label: string
  /** Its tag; without one, its place. */
  readonly axis: string
  readonly items: readonly ValueNode[]
  readonly span: Span
}

/** Which value of each axis a variant takes. */
export type Choice = ReadonlyMap<string, number>

/** A declaration has at most this many variants. */
export const MOST_VARIANTS = 1000
/** A value that is longer is told by its number in the label. */
const LONGEST = 40

export const axisOf = ({ tag, span }: SweepNode): string => (tag ? `as ${tag.text}` : `${span.file} ${span.start}`)

/** The sweeps of a value: itself, or values in its record. A sweep anywhere else is reported. */
export const sweepsIn = (
  value: ValueNode,
  path: string,
  report: Report,
): readonly { readonly path: string; readonly node: SweepNode }[] => {
  if (value.kind === "sweep") {
    for (const item of value.items) refuse(item, report)
    return [{ path, node: value }]
  }
  if (value.kind === "record")
    return value.settings.flatMap(({ key, value: inner }) => sweepsIn(inner, `${path}.${key.text}`, report))
  refuse(value, report)
  return []
}

/** Reports the sweeps of a value that may hold none. */
const refuse = (value: ValueNode, report: Report): void => {
  if (value.kind === "sweep") report(diagnose("L2R0411", value.span, {}))
  for (const inner of "items" in value ? value.items : []) refuse(inner, report)
  if (value.kind === "record") for (const setting of value.settings) refuse(setting.value, report)
}

/** The values of a sweep, a range as its numbers. */
export const valuesOf = ({ items }: SweepNode, report: Report): readonly ValueNode[] =>
  numbersIn(items, report).map((item) => (item.kind === "sweep" ? { kind: "broken", span: item.span } : item))

/** Every combination; the first axis varies slowest. Sweeps of one tag and unlike lengths are reported. */
export const choicesOf = (parts: readonly Part[], name: string, span: Span, report: Report): readonly Choice[] => {
  const sizes = new Map<string, Part>()
  for (const part of parts) {
    const first = sizes.get(part.axis)
    if (!first) sizes.set(part.axis, part)
    else if (first.items.length !== part.items.length) {
      const [tag, left, right] = [part.axis.slice(3), first.items.length, part.items.length]
      report(
        diagnose(
          "L2R0413",
          part.span,
          { tag, left, right },
          { related: [{ span: first.span, message: `${left} values` }] },
        ),
      )
      sizes.set(part.axis, left <= right ? first : part)
    }
  }
  const count = [...sizes.values()].reduce((product, { items }) => product * items.length, 1)
  if (count > MOST_VARIANTS) {
    report(diagnose("L2R0414", span, { name, count, most: MOST_VARIANTS }))
    return [new Map()]
  }
  let choices: Map<string, number>[] = [new Map()]
  for (const [axis, { items }] of sizes)
    choices = choices.flatMap((choice) => items.map((_, i) => new Map(choice).set(axis, i)))
  return choices
}

/** `low_rank[rank=4, alpha=8]`. */
export const labelOf = (name: string, parts: readonly Part[], choice: Choice): string => {
  const said = parts.map(({ label, axis, items }) => {
    const at = choice.get(axis) ?? 0
    const value = written(items[at])
    return `${label}=${value.length > LONGEST ? `#${at + 1}` : value}`
  })
  return said.length === 0 ? name : `${name}[${said.join(", ")}]`
}

/** Whether two variants take the same value of every axis that both have. */
export const agree = (left: Choice, right: Choice): boolean =>
  [...left].every(([axis, at]) => !right.has(axis) || right.get(axis) === at)
