/** Modules that are trained with earlier ones at work beside them: not those whose tokens join the text. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Context, Listed } from "../names/context.ts"
import { type ByOptions, saidBy } from "./by_options.ts"

/** An error where `earlier` of the train adds up what these modules give. */
export const checkEarlier = (adapters: readonly Listed[], train: string | undefined, context: Context): void => {
  const { scope, resolve, report } = context
  const declared = train === undefined ? undefined : scope.declared.get(train)
  const setting = declared?.kind === "train" ? resolve(declared).settings.get("earlier") : undefined
  if (setting?.value.kind !== "word" || !["summed", "averaged", "weighted"].includes(setting.value.text)) return
  const related = [{ span: setting.key.span, message: "said here" }]
  for (const { name, span } of adapters) {
    const joining = joiningIn(name, context)
    const holes = {
      adapter: scope.writtenOf(joining ?? ""),
      train: scope.writtenOf(train!),
      earlier: setting.value.text,
    }
    if (joining !== undefined) report(diagnose("L2R0537", span, holes, { related }))
  }
}

/** The adapter whose modules are tokens: itself, one that it is made of, or one of a library. */
const joiningIn = (name: string, context: Context, seen: readonly string[] = []): string | undefined => {
  const declared = context.scope.declared.get(name)
  if (!declared || seen.includes(name)) return undefined
  const first = (names: readonly string[]) =>
    names.map((one) => joiningIn(one, context, [...seen, name])).find((found) => found !== undefined)
  if (declared.kind === "library") return first(Object.values(context.library(name)?.adapterOf ?? {}))
  if (declared.kind !== "adapter") return undefined
  const { entry, settings } = context.resolve(declared)
  const written = (option: string) => {
    const value = settings.get(option)?.value
    return value?.kind === "word" ? value.text : undefined
  }
  if (saidBy(entry?.facts?.joins_tokens as ByOptions<boolean> | undefined, written)) return name
  const members = Object.entries(entry?.options.properties ?? {}).flatMap(([option, { items }]) => {
    const value = items?.reference === "adapter" ? settings.get(option)?.value : undefined
    return value?.kind === "list" ? value.items.flatMap((item) => (item.kind === "word" ? [item.text] : [])) : []
  })
  return first(members)
}
