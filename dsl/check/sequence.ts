/** Streams whose training texts are one sequence, in which nobody is told where a task ends: what such a stream says, and which rows can be trained on it. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Context, Listed } from "../names/context.ts"
import type { Resolved } from "../names/resolve.ts"
import { pluginsOf } from "../names/scope.ts"
import { coreSchemas } from "../options/core_schema.ts"
import { checkSettings } from "../options/options.ts"
import type { Sequence, Span, Stream } from "../spec.ts"
import type { Setting } from "../syntax/ast.ts"
import type { PluginEntry } from "../vocabulary.ts"
import { type ByOptions, saidBy } from "./by_options.ts"
import { memoryOf } from "./service.ts"

/** Nothing where boundaries are known. */
export const sequenceIn = (
  { settings, node }: Resolved,
  isOwn: (setting: Setting | undefined) => setting is Setting,
  context: Context,
): Sequence | undefined => {
  const own = ["boundaries", "blur", "scenario"].flatMap((name) => settings.get(name) ?? [])
  const written = checkSettings(own, coreSchemas.stream, "a stream", { ...context, report: () => {} })
  const [boundaries, blur, scenario] = ["boundaries", "blur", "scenario"].map((name) => settings.get(name))
  if (written.get("boundaries") !== "unknown") {
    const here = [blur, boundaries].find(isOwn)
    if (blur && here && boundaries?.value.kind !== "broken") context.report(diagnose("L2R0542", here.key.span, {}))
    return undefined
  }
  const place = [scenario, boundaries].find(isOwn)
  if (written.get("scenario") === "task_incremental")
    context.report(diagnose("L2R0543", place?.key.span ?? node.span, {}))
  return { blur: (written.get("blur") as number | undefined) ?? 0 }
}

/** Rows, and what gives them modules, that must be told where a task ends. */
export const checkSequence = (
  stream: Stream,
  listed: { readonly rows: readonly Listed[]; readonly adapters: readonly Listed[] },
  context: Context,
): void => {
  if (!stream.sequence) return
  const { scope, report } = context
  const named = { stream: scope.writtenOf(stream.name), free: freeStrategies(context) }
  for (const { name, span } of listed.adapters) {
    const kind = scope.declared.get(name)?.kind
    if (kind !== "adapter")
      report(diagnose("L2R0540", span, { ...named, row: scope.writtenOf(name), why: "it has a module for each task" }))
  }
  for (const { name, span } of listed.rows) {
    const why = whyBoundaries(name, stream.sequence, context)
    if (why) report(diagnose("L2R0540", span, { ...named, row: scope.writtenOf(name), why }))
    else reportMemory(name, span, named.stream, context)
  }
}

/** The kind and the plugin of a row: of its declaration, or the plugin of that name. */
const rowOf = (name: string, { scope, resolve }: Context) => {
  const declared = scope.declared.get(name)
  if (declared) return { kind: declared.kind, entry: resolve(declared).entry }
  const kind = (["router", "strategy", "probe"] as const).find((one) => pluginsOf(scope.vocabulary, one).has(name))
  return { kind, entry: kind && pluginsOf(scope.vocabulary, kind).get(name) }
}

/** Why a row must be told where a task ends; nothing where it need not, or where that can't be told. */
const whyBoundaries = (name: string, { blur }: Sequence, context: Context): string | undefined => {
  const { scope, resolve } = context
  const { kind, entry } = rowOf(name, context)
  if (kind === "router" || kind === "composition") return "it is made of modules, one for each task"
  if (kind === "probe")
    return blur > 0 ? "it is fitted anew after each task, and these go over into each other" : undefined
  const declared = scope.declared.get(name)
  const written = (option: string) => {
    const value = declared && resolve(declared).settings.get(option)?.value
    return value?.kind === "word" ? value.text : undefined
  }
  return saidBy(needsOf(entry), written) ?? undefined
}

/** The fact of a strategy: why it must be told, or null. */
const needsOf = (entry: PluginEntry | undefined) =>
  entry?.facts?.needs_boundaries as ByOptions<string | null> | undefined

/** A memory that draws from each task by itself must know where it ends; one that keeps along the stream need not. */
const reportMemory = (name: string, span: Span, stream: string, context: Context): void => {
  const { scope, resolve, report } = context
  const declared = scope.declared.get(name)
  const [only, ...others] = scope.namesOf("memory")
  const implied = declared ? undefined : others.length === 0 ? scope.declared.get(only ?? "") : undefined
  const reads = rowOf(name, context).entry?.facts?.reads_memory as ByOptions<boolean> | undefined
  if (!declared && !saidBy(reads, () => undefined)) return
  const memory = declared ? memoryOf(declared, context) : implied
  const row = scope.writtenOf(name)
  if (!memory) {
    if (!declared && !only) report(diagnose("L2R0541", span, { row, stream }))
    return
  }
  const { entry } = resolve(memory)
  if (entry?.facts?.depends_on_order === false)
    report(
      diagnose(
        "L2R0541",
        span,
        { row, stream, memory: memory.name?.text ?? "" },
        memory.name ? { related: [{ span: memory.name.span, message: "declared here" }] } : {},
      ),
    )
}

/** Strategies that ship, or are used, and need no boundaries with their defaults. */
const freeStrategies = ({ scope }: Context): readonly string[] =>
  [...pluginsOf(scope.vocabulary, "strategy")].flatMap(([name, entry]) =>
    entry.facts?.visits === "one_by_one" && needsOf(entry)?.byDefault === null ? [name] : [],
  )
