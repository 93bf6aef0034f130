/** Parameters that start from chance differ by chance: what is added or compared by them needs modules that start alike. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Context, Listed } from "../names/context.ts"
import { type ByOptions, saidBy } from "./by_options.ts"

/** A warning for each grouping, and for each composition of parameters, on modules that start each from draws of their own. */
export const checkInitialisation = (
  experiment: string,
  compositions: readonly Listed[],
  adapters: readonly Listed[],
  train: string | undefined,
  context: Context,
): void => {
  const { scope, resolve, report } = context
  const declared = train === undefined ? undefined : scope.declared.get(train)
  if (declared?.kind !== "train") return
  const { settings, unsure } = resolve(declared)
  const how = settings.get("initialisation")?.value
  if (unsure || (how && (how.kind !== "word" || how.text !== "own"))) return
  for (const adapter of adapters.filter(({ name }) => isDrawn(name, context))) {
    const holes = { adapter: scope.writtenOf(adapter.name), train: scope.writtenOf(train!) }
    if (scope.declared.get(adapter.name)?.kind === "grouping")
      report(
        diagnose(
          "L2R0538",
          adapter.span,
          { ...holes, does: "compares" },
          { about: { experiment, names: [adapter.name] } },
        ),
      )
    for (const { name, span } of compositions)
      if (saidOf(name, "adds_parameters", context))
        report(
          diagnose(
            "L2R0538",
            span,
            { ...holes, does: "adds", row: scope.writtenOf(name) },
            {
              related: [{ span: adapter.span, message: "listed here" }],
              about: { experiment, names: [name, adapter.name] },
            },
          ),
        )
  }
}

/** Whether trained parameters of some of its modules start from chance. */
const isDrawn = (name: string, context: Context): boolean => {
  const declared = context.scope.declared.get(name)
  switch (declared?.kind) {
    case "adapter":
      return saidOf(name, "drawn", context)
    case "library":
      return Object.values(context.library(name)?.adapterOf ?? {}).some((adapter) => isDrawn(adapter, context))
    case "grouping": {
      const of = context.resolve(declared).settings.get("of")?.value
      return of?.kind === "word" && context.scope.declared.get(of.text)?.kind === "adapter" && isDrawn(of.text, context)
    }
    default:
      return false
  }
}

const saidOf = (name: string, fact: string, { scope, resolve }: Context): boolean => {
  const { entry, settings } = resolve(scope.declared.get(name)!)
  const written = (option: string) => {
    const value = settings.get(option)?.value
    return value?.kind === "word" ? value.text : value?.kind === "number" ? String(value.value) : undefined
  }
  return saidBy(entry?.facts?.[fact] as ByOptions<boolean> | undefined, written) === true
}
