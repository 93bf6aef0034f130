/** `compare learnt against [nearest, uniform.refit] on accuracy` */

import { diagnose } from "../diagnostics/catalogue.ts"
import { nearest } from "../diagnostics/suggest.ts"
import { aKind, BOUND_KINDS, isKind } from "../kinds.ts"
import type { Context, Listed } from "../names/context.ts"
import { pluginsOf } from "../names/scope.ts"
import { COMPARED, measuresOf } from "../options/core_schema.ts"
import { checkValue } from "../options/options.ts"
import { found } from "../options/wording.ts"
import type { Compare, Span, Stream } from "../spec.ts"
import type { Comparison, ValueNode } from "../syntax/ast.ts"
import { type ByOptions, saidBy } from "./by_options.ts"

const POLICIES = ["kept", "refit"]

/** Kinds whose rows say what becomes of the heads. */
const HEADED: readonly string[] = ["router", "composition"]

/** Kinds that rows are of. */
const ROWS: readonly string[] = [...HEADED, ...BOUND_KINDS]

export interface Rows {
  /** Routers, compositions and bounds. */
  readonly rows: readonly Listed[]
  /** False where a row may be missing because it could not be read. */
  readonly complete: boolean
  /** What they are compared on; unknown where it could not be read. */
  readonly stream?: Stream
}

export const checkComparisons = (comparisons: readonly Comparison[], rows: Rows, context: Context): Compare[] => {
  const before = new Map<string, Span>()
  return comparisons.flatMap(({ left, against, on, span }) => {
    const first = rowOf(left, rows, context)
    const items = against.kind === "list" ? against.items : [against]
    if (items.length === 0) context.report(diagnose("L2R0407", against.span, { name: "against", least: 1 }))
    const others: string[] = []
    for (const item of items) {
      const row = rowOf(item, rows, context)
      if (row === undefined) continue
      const name = context.scope.writtenOf(row)
      if (others.includes(row)) context.report(diagnose("L2R0505", item.span, { name }))
      if (row === first) context.report(diagnose("L2R0508", item.span, { name }))
      others.push(row)
    }
    const offered = rows.stream && measuresOf(rows.stream.answers ? "text" : "classes").compared
    const metric = checkValue(on, { enum: COMPARED, offered }, { ...context, name: "compare ... on" })
    if (metric !== undefined && rows.stream) {
      const head = rows.stream.answers ? "text" : "classes"
      const words = measuresOf(head).compared
      const stream = context.scope.writtenOf(rows.stream.name)
      if (!words.includes(metric as string))
        context.report(diagnose("L2R0532", on.span, { measure: metric as string, stream, head, words }))
    }
    if (first === undefined || metric === undefined) return []
    for (const other of new Set(others)) reportAgain({ left: first, other, on: String(metric), span }, before, context)
    return [{ left: first, against: others, on: metric as string, span }]
  })
}

/** The correction for many comparisons would count one twice. Which of the two rows stands on the left does not matter. */
const reportAgain = (
  {
    left,
    other,
    on,
    span,
  }: { readonly left: string; readonly other: string; readonly on: string; readonly span: Span },
  before: Map<string, Span>,
  { scope, report }: Context,
): void => {
  const key = JSON.stringify([...[left, other].sort(), on])
  const first = before.get(key)
  before.set(key, first ?? span)
  if (!first || first === span) return
  const name = `${scope.writtenOf(left)} against ${scope.writtenOf(other)} on ${on}`
  report(diagnose("L2R0505", span, { name }, { related: [{ span: first, message: "first listed here" }] }))
}

/** The name of a row, with its head policy if one is written: `learnt`, `learnt.kept`. */
const rowOf = (node: ValueNode, { rows, complete, stream }: Rows, context: Context): string | undefined => {
  if (node.kind === "broken") return undefined
  const names = rows.map(({ name }) => name)
  if (node.kind !== "word") {
    context.report(diagnose("L2R0404", node.span, { name: "compare", wanted: "the name of a row", found: found(node) }))
    return undefined
  }
  if (!names.includes(node.text)) {
    const { writtenOf } = context.scope
    const [text, listed] = [writtenOf(node.text), [...new Set(names.map(writtenOf))]]
    const declared = context.scope.declared.get(node.text)
    const is =
      declared?.kind && isKind(declared.kind) && !ROWS.includes(declared.kind) ? aKind(declared.kind) : undefined
    const near = is ? undefined : nearest(text, listed)
    const span = { ...node.span, end: node.span.start + text.length }
    if (complete)
      context.report(
        diagnose("L2R0507", span, { name: text, near, names: listed, is }, near ? { fix: { span, text: near } } : {}),
      )
    return undefined
  }
  if (!node.member) return node.text
  const policy = node.member.text
  const lone = POLICIES.includes(policy) ? whyLone(node.text, policy, stream, context) : undefined
  const reason =
    lone ?? (POLICIES.includes(policy) ? whyNot(node.text, policy, context) : "a head is `kept` or `refit`")
  if (reason === undefined) return `${node.text}.${policy}`
  const help = lone && `write \`${context.scope.writtenOf(node.text)}\``
  context.report(diagnose("L2R0509", node.member.span, { row: node.text, policy, reason, help }))
  return undefined
}

/** Why a row has one kind of head, whatever its `head` says; undefined where it may have this one. */
const whyLone = (
  name: string,
  policy: string,
  stream: Stream | undefined,
  { scope, resolve }: Context,
): string | undefined => {
  const declared = scope.declared.get(name)
  if (declared && !HEADED.includes(declared.kind ?? "")) return undefined
  if (stream?.answers) return `the texts of \`${scope.writtenOf(stream.name)}\` are answered in words, without heads`
  const resolved = declared && resolve(declared)
  const entry = resolved ? resolved.entry : pluginsOf(scope.vocabulary, "router").get(name)
  const aggregate = saidBy(entry?.facts?.aggregate as ByOptions<string> | undefined, (option) => {
    const value = resolved?.settings.get(option)?.value
    return value?.kind === "word" ? value.text : undefined
  })
  return aggregate === "select" && policy === "refit"
    ? "it selects one module for a text, with the head that this module was trained with"
    : undefined
}

/** Why a row has no variant with this head policy; undefined where it has one, or where that can't be told. */
const whyNot = (name: string, policy: string, { scope, resolve }: Context): string | undefined => {
  const declared = scope.declared.get(name)
  const resolved = declared && resolve(declared)
  if (resolved && (resolved.unsure || !resolved.entry)) return undefined
  const kind = declared?.kind ?? (pluginsOf(scope.vocabulary, "router").has(name) ? "router" : "row")
  const entry = resolved?.entry ?? pluginsOf(scope.vocabulary, kind).get(name)
  const head = entry?.options.properties?.head
  if (!HEADED.includes(kind) || !head) return `\`${name}\` has no head policy`
  const written = resolved?.settings.get("head")?.value
  const policies = written?.kind === "word" ? written.text : head.default
  return policies === undefined || policies === "both" || policies === policy
    ? undefined
    : `its head is \`${policies}\``
}
