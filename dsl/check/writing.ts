/** What is written: on a stream whose texts are answered in words nothing has a place that needs classes, or heads of classes; on one of classes nothing that reads samples. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Context, Listed } from "../names/context.ts"
import { pluginsOf } from "../names/scope.ts"
import type { Span } from "../spec.ts"
import { type ByOptions, saidBy } from "./by_options.ts"
import { type ClassNeed, classNeedOf } from "./class_needs.ts"
import { memoryOf } from "./service.ts"

export const checkWriting = (rows: readonly Listed[], stream: string, context: Context): void => {
  const { scope, resolve, report } = context
  const named = { stream: scope.writtenOf(stream) }
  for (const { name, span } of rows) {
    const declared = scope.declared.get(name)
    const holes = { row: scope.writtenOf(name), ...named }
    const isProbe = declared ? declared.kind === "probe" : !!pluginsOf(scope.vocabulary, "probe").get(name)
    if (isProbe) report(diagnose("L2R0533", span, holes))
    const head =
      declared?.kind === "router" || declared?.kind === "composition"
        ? resolve(declared).settings.get("head")
        : undefined
    if (head) report(diagnose("L2R0534", head.key.span, holes, { related: [{ span, message: "listed here" }] }))
    for (const need of needsOf(name, context)) {
      const { row, at, why, help } = need
      const place = at ?? span
      const listed = at ? { related: [{ span, message: "listed here" }] } : {}
      report(diagnose("L2R0535", place, { row: scope.writtenOf(row), ...named, why, help }, listed))
    }
  }
}

interface Placed extends ClassNeed {
  readonly row: string
  /** The option's value, where it is written; absent for a plugin with its defaults. */
  readonly at?: Span
}

/** What a router or a strategy and the memory that it reads need classes for. */
const needsOf = (name: string, { scope, resolve }: Context): readonly Placed[] => {
  const declared = scope.declared.get(name)
  if (!declared) {
    const plugin = (["router", "strategy"] as const).map((kind) => pluginsOf(scope.vocabulary, kind).get(name))
    const need = classNeedOf(plugin.find(Boolean), new Map())
    return need ? [{ ...need, row: name }] : []
  }
  if (declared.kind !== "router" && declared.kind !== "strategy") return []
  const memory = memoryOf(declared, { scope, resolve })
  return [declared, ...(memory ? [memory] : [])].flatMap((node) => {
    const { entry, settings, unsure } = resolve(node)
    const need = unsure ? undefined : classNeedOf(entry, settings)
    const at = (need?.option !== undefined && settings.get(need.option)?.value.span) || node.name?.span
    return need && node.name ? [{ ...need, row: node.name.text, at }] : []
  })
}

/** Where classes are chosen no model writes samples: neither a memory nor a strategy that replays what it has written itself can have them. */
export const checkSamples = (rows: readonly Listed[], stream: string, context: Context): void => {
  const { scope, resolve, report } = context
  for (const { name, span } of rows) {
    const declared = scope.declared.get(name)
    const entry = declared ? resolve(declared).entry : pluginsOf(scope.vocabulary, "strategy").get(name)
    const isStrategy = declared ? declared.kind === "strategy" : entry !== undefined
    const reads = saidBy(entry?.facts?.reads_memory as ByOptions<boolean> | undefined, () => undefined)
    const memory = declared && declared.kind !== "composition" ? memoryOf(declared, context) : undefined
    const holes = { row: scope.writtenOf(name), stream: scope.writtenOf(stream) }
    if (isStrategy && reads === false) report(diagnose("L2R0544", span, holes))
    else if (memory?.name && resolve(memory).entry?.facts?.generates === true)
      report(diagnose("L2R0544", span, { ...holes, memory: memory.name.text }))
  }
}
