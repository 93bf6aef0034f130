/** Rows of an experiment that can't differ: one plugin, and options that come out the same, whatever they are called. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Report } from "../diagnostics/diagnostic.ts"
import { BOUND_KINDS, type Kind } from "../kinds.ts"
import { pluginsOf } from "../names/scope.ts"
import { alternativesOf } from "../options/options.ts"
import type { Declaration, Experiment, Span, Spec, Value } from "../spec.ts"
import type { DeclarationNode } from "../syntax/ast.ts"
import type { JsonSchema, PluginEntry } from "../vocabulary.ts"
import type { Advised } from "./advised.ts"
import { type ByOptions, saidBy } from "./by_options.ts"

interface Row {
  readonly kind: string
  readonly declared: Pick<Declaration, "plugin" | "options" | "variantOf">
  readonly entry: PluginEntry
}

export const reportAlike = (experiment: Experiment, node: DeclarationNode, advised: Advised, report: Report): void => {
  const first = new Map<string, string>()
  for (const name of [...experiment.routers, ...experiment.compositions, ...experiment.bounds]) {
    const row = rowOf(name, advised)
    if (!row) continue
    const key = keyOf(row, advised)
    const before = first.get(key)
    if (before === undefined) first.set(key, name)
    else {
      const unvaried = (each: string) => rowOf(each, advised)?.declared.variantOf ?? each
      const related = [{ span: placeOfRow(node, unvaried(before), advised), message: "listed here" }]
      const span = placeOfRow(node, unvaried(name), advised)
      const [left, right] = [before, name].map((each) => memoryOf(rowOf(each, advised)!, advised.spec))
      const memories = left !== undefined && right !== undefined && left !== right ? [left, right] : []
      report(diagnose("L2R0521", span, { left: before, right: name, memories }, { related }))
    }
  }
}

/** What a name in `routers`, `compositions` or `bounds` stands for; nothing where its plugin was not loaded. */
const rowOf = (name: string, { spec, scope }: Advised): Row | undefined => {
  for (const [kind, declarations] of [
    ["router", spec.routers],
    ["composition", spec.compositions],
    ["strategy", spec.strategies],
    ["probe", spec.probes],
  ] as const) {
    if (!Object.hasOwn(declarations, name)) continue
    const entry = entryOf(kind, declarations[name], { scope })
    return entry && { kind, declared: declarations[name], entry }
  }
  for (const kind of BOUND_KINDS) {
    const entry = pluginsOf(scope.vocabulary, kind).get(name)
    if (entry) return { kind, declared: { plugin: { name }, options: {} }, entry }
  }
  return undefined
}

/** The plugin of a declaration; nothing where it was not loaded. */
export const entryOf = (
  kind: Kind,
  { plugin }: Pick<Declaration, "plugin">,
  { scope }: Pick<Advised, "scope">,
): PluginEntry | undefined => {
  const vocabulary = plugin.from === undefined ? scope.vocabulary : scope.used.get(plugin.from)
  return !vocabulary || "problem" in vocabulary ? undefined : pluginsOf(vocabulary, kind).get(plugin.name)
}

/** All that a row's numbers depend on, as a text: names that it refers to are replaced by what they stand for. */
const keyOf = ({ kind, declared: { plugin, options }, entry }: Row, advised: Advised): string => {
  const { properties = {} } = entry.options
  const effective = Object.entries(properties).map(([option, schema]) => {
    if (option === "memory" && schema.reference === "memory")
      return [option, meantBy(memoryOf({ kind, declared: { plugin, options }, entry }, advised.spec), schema, advised)]
    return [option, meantBy(Object.hasOwn(options, option) ? options[option] : schema.default, schema, advised)]
  })
  return JSON.stringify([kind, plugin, effective])
}

/** The memory that a row reads, named or the only one; nothing where it reads none. */
const memoryOf = ({ kind, declared: { options }, entry }: Row, { memories }: Spec): string | undefined => {
  const { properties = {} } = entry.options
  const valueOf = (option: string): unknown => options[option] ?? properties[option]?.default
  const reads = saidBy(entry.facts?.reads_memory as ByOptions<boolean> | undefined, (option) => options[option])
  if ((valueOf("head") === "kept" || kind === "probe") && reads === false) return undefined
  const fitted = entry.facts?.fit === "gradient" || entry.facts?.fit === "statistics"
  const elsewhere = properties.statistics !== undefined && valueOf("statistics") !== "memory"
  if (valueOf("head") === "kept" && (!fitted || elsewhere)) return undefined
  const names = Object.keys(memories)
  return typeof options.memory === "string" ? options.memory : names.length === 1 ? names[0] : undefined
}

const meantBy = (value: unknown, schema: JsonSchema | undefined, advised: Advised): unknown => {
  if (Array.isArray(value)) {
    const items = schema && alternativesOf(schema).find((each) => each.items)?.items
    return value.map((item: Value) => meantBy(item, items, advised))
  }
  const kind = schema && alternativesOf(schema).find((each) => each.reference)?.reference
  const declared = kind === "memory" && typeof value === "string" ? advised.spec.memories[value] : undefined
  if (!declared) return value
  const { properties = {} } = pluginsOf(advised.scope.vocabulary, "memory").get(declared.plugin.name)?.options ?? {}
  const defaults = Object.entries(properties).map(([option, each]) => [option, each.default])
  return [declared.plugin, { ...Object.fromEntries(defaults), ...declared.options }]
}

/** Where a name is listed in the experiment. */
export const placeOfRow = (node: DeclarationNode, name: string, { resolve }: Advised): Span => {
  const { settings } = resolve(node)
  const items = ["routers", "compositions", "bounds"].flatMap((option) => {
    const value = settings.get(option)?.value
    return value?.kind === "list" ? value.items : value ? [value] : []
  })
  return items.find((item) => item.kind === "word" && item.text === name)?.span ?? node.name!.span
}
