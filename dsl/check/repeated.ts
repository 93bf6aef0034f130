/** Lists in which something stands twice. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Context, Listed } from "../names/context.ts"
import { numbersIn } from "../options/numbers.ts"
import type { Span } from "../spec.ts"
import type { ValueNode } from "../syntax/ast.ts"

export const reportRepeatedNames = (list: readonly Listed[], { report, scope }: Context): void => {
  const first = new Map<string, Span>()
  for (const { name, span } of list) {
    const before = first.get(name)
    if (before)
      report(
        diagnose(
          "L2R0505",
          span,
          { name: scope.writtenOf(name) },
          { related: [{ span: before, message: "first listed here" }] },
        ),
      )
    else first.set(name, span)
  }
}

export const reportRepeatedValues = (value: ValueNode | undefined, context: Context): void => {
  if (value?.kind !== "list") return
  reportRepeatedNames(
    numbersIn(value.items, () => {}).flatMap((item) =>
      item.kind === "number" || item.kind === "word"
        ? [{ name: item.kind === "number" ? String(item.value) : item.text, span: item.span }]
        : [],
    ),
    context,
  )
}
