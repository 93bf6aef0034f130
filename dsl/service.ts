/** Which router can serve which modules, from the facts that plugins declare: `needs` of a router, `provides` of an adapter. */
import type { Context } from "./check.ts"
import { diagnose } from "./diagnostics.ts"
import type { Listed } from "./experiment.ts"
import { pluginsOf } from "./scope.ts"
import type { PluginEntry } from "./vocabulary.ts"

const MEMORY = "memory"

const wordsOf = (entry: PluginEntry | undefined, fact: string): readonly string[] => {
  const value = entry?.facts?.[fact]
  return Array.isArray(value) ? value.filter((word): word is string => typeof word === "string") : []
}

/** The plugin of a row of an experiment: of its declaration, or the router plugin of that name. */
const entryOf = (name: string, { scope, resolve }: Context): PluginEntry | undefined => {
  const declared = scope.declared.get(name)
  return declared ? resolve(declared).entry : pluginsOf(scope.vocabulary, "router").get(name)
}

/** A router that can't serve one of several libraries leaves a cell open; one that can serve none has no row. */
export const checkService = (rows: readonly Listed[], adapters: readonly Listed[], context: Context): void => {
  const offers = adapters.map((adapter) => ({ adapter, provides: providedBy(adapter.name, context) }))
  if (offers.some(({ provides }) => provides === undefined)) return
  for (const { name, span } of rows) {
    for (const need of wordsOf(entryOf(name, context), "needs").filter((word) => word !== MEMORY)) {
      const lacking = offers.filter(({ provides }) => !provides!.includes(need))
      if (lacking.length === offers.length && offers.length > 0) context.report(diagnose("L2R0511", span, { router: name, needs: need }))
      else for (const { adapter } of lacking) context.report(diagnose("L2R0510", span, { router: name, adapter: adapter.name, needs: need }, { related: [{ span: adapter.span, message: "listed here" }] }))
    }
  }
}

/** What all modules of an adapter or a library provide; undefined where a plugin is not known. */
const providedBy = (name: string, context: Context): readonly string[] | undefined => {
  const declared = context.scope.declared.get(name)!
  if (declared.kind === "adapter") {
    const { entry } = context.resolve(declared)
    return entry && wordsOf(entry, "provides")
  }
  const members = Object.values(context.library(name)?.adapterOf ?? {}).map((adapter) => providedBy(adapter, context))
  if (members.length === 0 || members.includes(undefined)) return undefined
  return members[0]!.filter((word) => members.every((member) => member!.includes(word)))
}

/** A router that says it uses a memory must say which, unless exactly one is declared. */
export const checkMemory = (routers: readonly Listed[], context: Context): void => {
  const { scope, resolve, report } = context
  const memories = scope.namesOf("memory")
  if (memories.length === 1 || scope.unreadable.has("memory")) return
  for (const { name, span } of routers) {
    const { entry, settings, unsure } = resolve(scope.declared.get(name)!)
    if (unsure || !entry?.options.properties?.memory || settings.has("memory")) continue
    const says = (option: string, ...words: string[]) => {
      const value = settings.get(option)?.value
      return value?.kind === "word" && words.includes(value.text)
    }
    if (wordsOf(entry, "needs").includes(MEMORY) || says("head", "refit", "both") || says("statistics", "memory")) {
      report(diagnose("L2R0512", span, { router: name, names: memories }))
    }
  }
}
