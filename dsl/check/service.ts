/** Which router or composition can serve which modules, and which needs a memory: from the facts that the vocabulary has of plugins. */

import { diagnose, type Unserved } from "../diagnostics/catalogue.ts"
import type { Context, Listed } from "../names/context.ts"
import type { Resolved } from "../names/resolve.ts"
import { pluginsOf } from "../names/scope.ts"
import type { DeclarationNode } from "../syntax/ast.ts"
import type { PluginEntry } from "../vocabulary.ts"
import { type ByOptions, saidBy } from "./by_options.ts"
import { type Adds, type Needed, serves } from "./modules_needed.ts"

/** The plugin of a row of an experiment: of its declaration, or the router or strategy of that name. */
const entryOf = (name: string, { scope, resolve }: Context): PluginEntry | undefined => {
  const declared = scope.declared.get(name)
  const shipped = (kind: "router" | "strategy") => pluginsOf(scope.vocabulary, kind).get(name)
  return declared ? resolve(declared).entry : (shipped("router") ?? shipped("strategy"))
}

/** A router that can't serve one of several libraries leaves a cell open; one that can serve none has no row. */
export const checkService = (
  experiment: string,
  rows: readonly Listed[],
  adapters: readonly Listed[],
  context: Context,
): void => {
  const { scope } = context
  for (const { name, span } of rows) {
    const cells = adapters.map((adapter) => ({ adapter, unserved: unservedOf(name, adapter.name, context) }))
    const lacking = cells.flatMap(({ adapter, unserved }) => (unserved ? [{ adapter, unserved }] : []))
    const router = scope.writtenOf(name)
    if (lacking.length > 0 && lacking.length === cells.length)
      context.report(diagnose("L2R0511", span, { router, unserved: lacking[0].unserved }))
    else
      for (const { adapter, unserved } of lacking)
        context.report(
          diagnose(
            "L2R0510",
            span,
            { router, adapter: scope.writtenOf(adapter.name), unserved },
            {
              related: [{ span: adapter.span, message: "listed here" }],
              about: { experiment, names: [name, adapter.name] },
            },
          ),
        )
  }
}

/** What a row misses in the modules of an adapter; undefined where nothing, or where it can't be told. */
const unservedOf = (row: string, adapter: string, context: Context): Unserved | undefined => {
  if (entryOf(row, context)?.facts?.needs_low_rank === true && isLowRank(adapter, context) === false) return "factors"
  const needed = neededBy(row, context)
  if (needed && isServed(needed, adapter, context) === false) return needed
  if (context.scope.declared.get(adapter)?.kind !== "grouping") return undefined
  if (entryOf(row, context)?.facts?.reads_fisher === true) return "one_task"
  return goesOn(row, context) ? "stay" : undefined
}

/** What a strategy needs modules to be. */
const neededBy = (row: string, context: Context): Needed | undefined => {
  const declared = context.scope.declared.get(row)
  const written = (option: string) => declared && wordOf(context.resolve(declared), option)
  return (
    saidBy(entryOf(row, context)?.facts?.needs_modules as ByOptions<Needed | null> | undefined, written) ?? undefined
  )
}

/** Whether all modules of an adapter or a library are so; undefined where that can't be told. */
const isServed = (needed: Needed, name: string, context: Context): boolean | undefined => {
  const declared = context.scope.declared.get(name)!
  if (needed === "factors") return isLowRank(name, context)
  if (declared.kind === "library") {
    const members = Object.values(context.library(name)?.adapterOf ?? {})
    return members.some((member) => isServed(needed, member, context) === false) ? false : undefined
  }
  const of = carriedOf(declared, context)
  if (of !== undefined) return isServed(needed, of, context)
  if (declared.kind !== "adapter") return undefined
  const resolved = context.resolve(declared)
  const by = resolved.entry?.facts?.adds as ByOptions<Adds> | undefined
  const adds = saidBy(by, (option) => wordOf(resolved, option) ?? otherNumber(resolved, option))
  return adds && serves(needed, adds, false)
}

/** Whether its fit goes on from where the stage before left it. */
const goesOn = (row: string, context: Context): boolean => {
  const declared = context.scope.declared.get(row)
  const written = (option: string) => declared && wordOf(context.resolve(declared), option)
  if (written("schedule") === "after_each_task_warm") return true
  return saidBy(entryOf(row, context)?.facts?.goes_on as ByOptions<boolean> | undefined, written) === true
}

/** Modules that are grouped by what they are, or carried over one by one, must know nothing of each other. */
export const checkApart = (adapters: readonly Listed[], train: string | undefined, context: Context): void => {
  const { scope, resolve, report } = context
  const declared = train === undefined ? undefined : scope.declared.get(train)
  const setting = declared?.kind === "train" ? resolve(declared).settings.get("earlier") : undefined
  if (setting?.value.kind !== "word" || !["summed", "averaged", "weighted"].includes(setting.value.text)) return
  const related = [{ span: setting.key.span, message: "said here" }]
  for (const { name, span } of adapters)
    if (["grouping", "transfer"].includes(scope.declared.get(name)?.kind ?? "")) {
      const does = scope.declared.get(name)!.kind === "grouping" ? "compares" : "carries over"
      const holes = { does, name: scope.writtenOf(name), train: scope.writtenOf(train!), earlier: setting.value.text }
      report(diagnose("L2R0536", span, holes, { related }))
    }
}

/** Whether all modules of an adapter, a library, a grouping or a transfer are low-rank; undefined where a plugin is not known. */
const isLowRank = (name: string, context: Context): boolean | undefined => {
  const declared = context.scope.declared.get(name)!
  if (declared.kind === "adapter") {
    const resolved = context.resolve(declared)
    const { low_rank, low_rank_where: where } = resolved.entry?.facts ?? {}
    if (!resolved.entry) return undefined
    return saidBy({ byDefault: low_rank === true, where } as ByOptions<boolean>, (option) => wordOf(resolved, option))
  }
  if (declared.kind === "grouping" || declared.kind === "transfer") {
    const of = carriedOf(declared, context)
    return of === undefined ? undefined : isLowRank(of, context)
  }
  const library = context.library(name)
  if (library?.moduleAt) return undefined // the plan reads what these modules are
  const members = Object.values(library?.adapterOf ?? {}).map((adapter) => isLowRank(adapter, context))
  return members.length === 0 || members.includes(undefined) ? undefined : members.every((member) => member)
}

/** The adapter whose modules a grouping puts together, or a transfer carries over. */
const carriedOf = (declared: DeclarationNode, { resolve, scope }: Context): string | undefined => {
  const of = ["grouping", "transfer"].includes(declared.kind ?? "") ? wordOf(resolve(declared), "of") : undefined
  return typeof of === "string" && scope.declared.get(of)?.kind === "adapter" ? of : undefined
}

/** A row that is fitted on a memory, or whose heads are said to be, must say which, unless exactly one is declared. */
export const checkMemory = (rows: readonly Listed[], context: Context): void => {
  const { scope, resolve, report } = context
  if (scope.countOf("memory") === 1 || scope.importsBroken || scope.unreadable.has("memory")) return
  for (const { name } of rows) {
    const resolved = resolve(scope.declared.get(name)!)
    const { node, entry, settings, unsure } = resolved
    if (unsure || !entry?.options.properties?.memory || settings.has("memory")) continue
    if (readsMemory(resolved) || ["refit", "both"].includes(wordOf(resolved, "head") as string))
      report(diagnose("L2R0512", node.name!.span, { router: scope.writtenOf(name), names: scope.namesOf("memory") }))
  }
}

/** The declared memory that a router itself reads; undefined where it reads none, or the default. */
export const memoryOf = (
  router: DeclarationNode,
  { scope, resolve }: Pick<Context, "scope" | "resolve">,
): DeclarationNode | undefined => {
  const resolved = resolve(router)
  if (!readsMemory(resolved)) return undefined
  const [only, ...others] = scope.namesOf("memory")
  const name = wordOf(resolved, "memory") ?? (others.length === 0 ? only : undefined)
  const declared = typeof name === "string" ? scope.declared.get(name) : undefined
  return declared?.kind === "memory" ? declared : undefined
}

/** Its parameters are trained on a memory, or its statistics are taken from one. */
const readsMemory = (resolved: Resolved): boolean => {
  const { facts, options } = resolved.entry ?? {}
  const said = saidBy(facts?.reads_memory as ByOptions<boolean> | undefined, (option) => wordOf(resolved, option))
  if (said !== undefined) return said
  const statistics = options?.properties?.statistics
  return (
    facts?.fit === "gradient" ||
    (statistics !== undefined && (wordOf(resolved, "statistics") ?? statistics.default) === "memory")
  )
}

const wordOf = ({ settings }: Resolved, option: string): unknown => {
  const value = settings.get(option)?.value
  return value?.kind === "word" ? value.text : undefined
}

/** A number that is written, where it is not the default. */
const otherNumber = ({ settings, entry }: Resolved, option: string): number | undefined => {
  const value = settings.get(option)?.value
  if (value?.kind !== "number" || value.value === entry?.options.properties?.[option]?.default) return undefined
  return value.value
}
