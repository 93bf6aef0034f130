/** Experiments: what is run on what, and what is compared. */

import { diagnose } from "../diagnostics/catalogue.ts"
import { BOUND_KINDS, MODULE_KINDS } from "../kinds.ts"
import type { Context, Listed } from "../names/context.ts"
import type { Resolved } from "../names/resolve.ts"
import { mayBeUnreadable, pluginsOf } from "../names/scope.ts"
import { BELONGS, coreSchemas, experimentOn, measuresOf } from "../options/core_schema.ts"
import { checkSettings } from "../options/options.ts"
import { referTo } from "../options/references.ts"
import type { Experiment, Stream, Value } from "../spec.ts"
import type { ValueNode } from "../syntax/ast.ts"
import { checkComparisons } from "./compare.ts"
import { checkEarlier } from "./earlier.ts"
import { checkInitialisation } from "./initialisation.ts"
import { checkCoverage } from "./library.ts"
import { checkNamedTasks } from "./named_tasks.ts"
import { reportRepeatedNames, reportRepeatedValues } from "./repeated.ts"
import { checkSequence } from "./sequence.ts"
import { checkApart, checkMemory, checkService } from "./service.ts"
import { checkSamples, checkWriting } from "./writing.ts"

export { BOUND_KINDS } from "../kinds.ts"

export const checkExperiment = (resolved: Resolved, context: Context): Experiment => {
  const { node, settings, unsure } = resolved
  const name = node.name?.text ?? ""
  const lists = new Set(["adapters", "bounds"])
  const named = settings.get("stream")?.value
  const on = named?.kind === "word" ? context.stream(named.text) : undefined
  const schema = on ? experimentOn(on.answers ? "text" : "classes") : coreSchemas.experiment
  const plain = (all: Iterable<(typeof node.settings)[number]>, report: Context["report"]) =>
    checkSettings(
      [...all].filter(({ key }) => !lists.has(key.text)),
      schema,
      "an experiment",
      { ...context, report },
      BELONGS,
    )
  plain(node.settings, context.report)
  const values = plain(settings.values(), () => {})
  let complete = !unsure
  const listed = (option: string, resolve: (node: ValueNode, context: Context) => string | undefined): Listed[] => {
    const setting = settings.get(option)
    if (!setting) return []
    const quiet = node.settings.includes(setting) ? context : { ...context, report: () => {} }
    const items = setting.value.kind === "list" ? setting.value.items : [setting.value]
    if (items.length === 0 && option === "adapters")
      quiet.report(diagnose("L2R0407", setting.value.span, { name: option, least: 1 }))
    return items.flatMap((item) => {
      const found = resolve(item, quiet)
      if (found === undefined && option !== "adapters") complete = false
      return found === undefined ? [] : [{ name: found, span: item.span }]
    })
  }
  const adapters = listed("adapters", (item, quiet) => referTo(item, MODULE_KINDS, { ...quiet, name: "adapters" }))
  const routers = listed("routers", (item, quiet) =>
    referTo(item, "router", { ...quiet, name: "routers", report: () => {} }),
  )
  const compositions = listed("compositions", (item, quiet) =>
    referTo(item, "composition", { ...quiet, name: "compositions", report: () => {} }),
  )
  const bounds = listed("bounds", boundIn)
  for (const list of [adapters, [...routers, ...compositions, ...bounds]]) reportRepeatedNames(list, context)
  for (const option of ["seeds", "measure"]) reportRepeatedValues(settings.get(option)?.value, context)

  if (!unsure && !["routers", "compositions", "bounds"].some((list) => settings.has(list)))
    context.report(diagnose("L2R0506", node.name!.span, { name: context.scope.writtenOf(name) }))
  const streamName = values.get("stream") as string | undefined
  const stream = streamName === undefined ? undefined : context.stream(streamName)
  for (const { name: adapter, span } of adapters) {
    const declared = context.scope.declared.get(adapter)!
    if (declared.kind === "library" && stream) checkCoverage(context.resolve(declared), stream, span, name, context)
  }
  const head = stream?.answers ? "text" : "classes"
  if (stream) {
    reportUnmeasured(settings.get("measure")?.value, stream, context)
    const check = stream.answers ? checkWriting : checkSamples
    check([...routers, ...compositions, ...bounds], streamName!, context)
  }
  if (stream) checkSequence(stream, { rows: [...routers, ...compositions, ...bounds], adapters }, context)
  if (stream) checkNamedTasks(compositions, stream, name, context)
  checkApart(adapters, values.get("train") as string | undefined, context)
  checkEarlier(adapters, values.get("train") as string | undefined, context)
  checkInitialisation(name, compositions, adapters, values.get("train") as string | undefined, context)
  checkService(name, [...routers, ...compositions, ...bounds], adapters, context)
  const declared = bounds.filter((bound) => context.scope.declared.has(bound.name))
  checkMemory([...routers, ...compositions, ...declared], context)
  const compare = checkComparisons(
    resolved.comparisons,
    { rows: [...routers, ...compositions, ...bounds], complete, stream },
    context,
  )
  return {
    name,
    on: (values.get("on") as string) ?? "",
    stream: streamName ?? "",
    adapters: adapters.map((each) => each.name),
    train: (values.get("train") as string) ?? "",
    routers: routers.map((each) => each.name),
    compositions: compositions.map((each) => each.name),
    bounds: bounds.map((each) => each.name),
    seeds: (listOf(values.get("seeds")) as number[] | undefined) ?? [1],
    measure: (listOf(values.get("measure")) as string[] | undefined) ?? [...measuresOf(head).usual],
    compare,
    ...(node.variant ? { variantOf: node.variant.of } : {}),
    span: node.span,
  }
}

/** What the stream's head has no figures of. */
const reportUnmeasured = (value: ValueNode | undefined, stream: Stream, { report, scope }: Context): void => {
  const head = stream.answers ? "text" : "classes"
  const { all } = measuresOf(head)
  const written = scope.writtenOf(stream.name)
  const ahead = whyNotAhead(stream)
  for (const item of value === undefined ? [] : value.kind === "list" ? value.items : [value]) {
    if (item.kind !== "word" || !isMeasure(item.text)) continue
    if (!all.includes(item.text))
      report(diagnose("L2R0532", item.span, { measure: item.text, stream: written, head, words: all.slice(0, 2) }))
    else if (item.text === "forward_transfer" && ahead)
      report(diagnose("L2R0545", item.span, { stream: written, ...ahead }))
  }
}

/** Why no model can know a task before it is learnt, if none can. */
const whyNotAhead = (stream: Stream): { readonly why: string; readonly help: string } | undefined => {
  if (stream.sequence)
    return {
      why: "of a task that has not ended something may have come",
      help: "take it out, or write `boundaries: known`",
    }
  if (stream.answers || stream.scenario === "domain_incremental") return undefined
  return {
    why: "before a task is learnt nothing is known of its labels",
    help: "take it out, or write `scenario: domain_incremental` where tasks share their labels",
  }
}

const isMeasure = (word: string): boolean =>
  (["classes", "text"] as const).some((head) => measuresOf(head).all.includes(word))

const listOf = (value: Value | undefined): readonly Value[] | undefined =>
  value === undefined ? undefined : Array.isArray(value) ? value : [value as Value]

/** A bound: a declared router, strategy or probe, else a plugin of these kinds with its defaults. */
const boundIn = (item: ValueNode, context: Context): string | undefined => {
  const { scope } = context
  if (item.kind === "word" && !item.member && !scope.declared.has(item.text)) {
    const kinds = BOUND_KINDS.filter((kind) => pluginsOf(scope.vocabulary, kind).has(item.text))
    if (kinds.length > 1) context.report(diagnose("L2R0316", item.span, { name: item.text, kinds }))
    if (kinds.length > 0) return item.text
    if (BOUND_KINDS.some((kind) => mayBeUnreadable(scope, item.text, kind))) return undefined
    const names = BOUND_KINDS.flatMap((kind) => [...pluginsOf(scope.vocabulary, kind).keys(), ...scope.namesOf(kind)])
    context.reportUnknown(item, "router, strategy or probe", names)
    return undefined
  }
  return referTo(item, BOUND_KINDS, { ...context, name: "bounds" })
}
