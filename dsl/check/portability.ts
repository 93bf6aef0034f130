/** Portability: which modules are carried where, and what they are set against. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Context, Listed } from "../names/context.ts"
import type { Resolved } from "../names/resolve.ts"
import { coreSchemas } from "../options/core_schema.ts"
import { checkSettings } from "../options/options.ts"
import type { Portability, Value } from "../spec.ts"
import type { ValueNode } from "../syntax/ast.ts"
import { reportRepeatedNames, reportRepeatedValues } from "./repeated.ts"
import { checkApart } from "./service.ts"

const DEFAULTS = coreSchemas.portability.properties!

export const checkPortability = ({ node, settings }: Resolved, context: Context): Portability => {
  checkSettings(node.settings, coreSchemas.portability, "`portability`", context)
  const values = checkSettings([...settings.values()], coreSchemas.portability, "", { ...context, report: () => {} })
  const listOf = (option: string): readonly Value[] => {
    const value = values.get(option) ?? (DEFAULTS[option].default as Value | undefined) ?? []
    return Array.isArray(value) ? value : [value as Value]
  }
  const names = (option: string) => listOf(option) as readonly string[]
  for (const option of ["transfers", "on", "sources"]) reportRepeatedNames(listed(settings.get(option)?.value), context)
  for (const option of ["steps", "against", "seeds"]) reportRepeatedValues(settings.get(option)?.value, context)
  const train = values.get("train") as string | undefined
  checkApart(listed(settings.get("transfers")?.value), train, context)
  for (const { name, span } of [...listed(settings.get("stream")?.value), ...listed(settings.get("sources")?.value)])
    if (context.stream(name)?.answers)
      context.report(
        diagnose("L2R0539", span, { portability: node.name?.text ?? "", stream: context.scope.writtenOf(name) }),
      )
  for (const { name, span } of [...listed(settings.get("stream")?.value), ...listed(settings.get("sources")?.value)])
    if (context.stream(name)?.sequence)
      context.report(
        diagnose("L2R0540", span, {
          row: node.name?.text ?? "",
          stream: context.scope.writtenOf(name),
          why: "its modules are trained on one task each",
        }),
      )
  const stream = (values.get("stream") as string | undefined) ?? ""
  const sources = names("sources")
  return {
    name: node.name?.text ?? "",
    transfers: names("transfers"),
    on: names("on"),
    sources: sources.length > 0 ? sources : [stream],
    stream,
    train: train ?? "",
    steps: [...(listOf("steps") as readonly number[])].sort((a, b) => a - b),
    against: listOf("against") as Portability["against"],
    seeds: listOf("seeds") as readonly number[],
    ...(node.variant ? { variantOf: node.variant.of } : {}),
    span: node.span,
  }
}

/** The names that an option lists, as far as they are declared. */
const listed = (value: ValueNode | undefined): readonly Listed[] =>
  (value === undefined ? [] : value.kind === "list" ? value.items : [value]).flatMap((item) =>
    item.kind === "word" ? [{ name: item.text, span: item.span }] : [],
  )
