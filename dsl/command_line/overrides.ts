/**
 * Settings from the command line: `--set routing.seeds=1..5`. Each is read by the language's own grammar and put into the
 * tree as if the file had it, so that the same checks see it; its place is in the text of the flags, one a line.
 */
import type { CstNode, IToken } from "chevrotain"
import { diagnose } from "../diagnostics/catalogue.ts"
import type { Report } from "../diagnostics/diagnostic.ts"
import { SET } from "../diagnostics/flags.ts"
import { nearest } from "../diagnostics/suggest.ts"
import { aKind } from "../kinds.ts"
import type { Span } from "../spec.ts"
import type { DeclarationNode, FileNode, Name, Setting, ValueNode } from "../syntax/ast.ts"
import { derive } from "../syntax/grammar.ts"
import { plainValue } from "../syntax/strange_names.ts"
import { Dot, Equals, endOf, isWord, Stray, tokenize } from "../syntax/tokens.ts"
import { type Reader, readerOf } from "../syntax/tree.ts"
import { written, writtenText } from "../syntax/written.ts"

/** What a flag has changed. */
export interface Change {
  /** `low_rank.rank`; the name alone where the place of a backbone or of data is changed. */
  readonly path: string
  /** As the file has it; absent where it leaves the option out. */
  readonly before?: string
  readonly after: string
}

interface Override {
  readonly path: readonly Name[]
  readonly value: ValueNode
  readonly span: Span
}

/** The text of all flags. */
export const flagsText = (flags: readonly string[]): string => flags.join("\n")

/** The tree with the settings of the flags in it. */
export const withOverrides = (
  tree: FileNode,
  flags: readonly string[],
  report: Report,
): { readonly tree: FileNode; readonly changes: readonly Change[] } => {
  const changes: Change[] = []
  const declarations = [...tree.declarations]
  let offset = 0
  for (const flag of flags) {
    const override = overrideIn(flag, offset, report)
    offset += flag.length + 1
    if (!override) continue
    const [name] = override.path
    const at = declarations.findIndex((node) => node.name?.text === name.text)
    if (at < 0) {
      const names = [...new Set(declarations.flatMap((node) => (node.name ? [node.name.text] : [])))]
      const near = nearest(name.text, names)
      report(diagnose("L2R0701", name.span, { name: name.text, near, names }))
      continue
    }
    const changed = changedNode(declarations[at], override, report)
    if (!changed) continue
    declarations[at] = changed.node
    const path = override.path.map(({ text }) => text).join(".")
    const first = changes.find((change) => change.path === path)
    if (first) changes.splice(changes.indexOf(first), 1)
    const { before } = first ?? changed
    changes.push({ path, ...(before === undefined ? {} : { before }), after: changed.after })
  }
  return { tree: { ...tree, declarations }, changes }
}

const overrideIn = (flag: string, offset: number, report: Report): Override | undefined => {
  const tokens = tokenize(flag).tokens.map((token) => ({ ...token, startOffset: token.startOffset + offset }))
  const reader = readerOf(SET, report, flag, offset)
  const whole = { file: SET, start: offset, end: offset + flag.length }
  const equals = tokens.findIndex((token) => token.tokenType === Equals)
  const before = tokens.slice(0, equals < 0 ? tokens.length : equals)
  const path = before.filter((_, i) => i % 2 === 0)
  const reads =
    before.length % 2 === 1 && path.every(isWord) && before.every((token, i) => i % 2 === 0 || token.tokenType === Dot)
  const after = tokens.slice(equals + 1)
  if (equals < 0 || !reads || after.length === 0) {
    report(diagnose("L2R0702", whole, {}))
    return undefined
  }
  const names = path.map(reader.word)
  const start = endOf(tokens[equals])
  const value =
    names.length === 1 && flag[start - offset] !== '"'
      ? ({ kind: "text", value: flag.slice(start - offset), span: { ...whole, start } } as const)
      : valueIn(after, reader, report)
  return value && { path: names, value: plainValue(value), span: whole }
}

const valueIn = (tokens: readonly IToken[], reader: Reader, report: Report): ValueNode | undefined => {
  const stray = tokens.find((token) => token.tokenType === Stray)
  const derived = stray ? { expected: "", found: stray } : derive("values", tokens)
  if (!("children" in derived)) {
    const last = reader.spanOf(tokens[tokens.length - 1])
    const span = derived.found ? reader.spanOf(derived.found) : { ...last, start: last.end - 1 }
    report(diagnose("L2R0703", span, { found: derived.found?.image ?? "the end" }))
    return undefined
  }
  const values = reader.values(derived as CstNode)
  if (values.length > 1) {
    const span = { ...values[0].span, end: values[values.length - 1].span.end }
    return { kind: "list", items: values, several: true, span }
  }
  const [only] = values
  return only.kind === "list" || only.kind === "range" ? { ...only, several: true } : only
}

interface Changed {
  readonly node: DeclarationNode
  readonly before?: string
  readonly after: string
}

const changedNode = (node: DeclarationNode, override: Override, report: Report): Changed | undefined => {
  const [name, ...rest] = override.path
  const { value } = override
  if (rest.length > 0) {
    const { settings, before } = changedSettings(node.settings, rest, value)
    return { node: { ...node, settings }, before, after: written(value) }
  }
  if (value.kind !== "text" || (node.kind !== "backbone" && node.kind !== "data")) {
    report(diagnose("L2R0704", name.span, { name: name.text, kind: aKind(node.kind ?? "declaration") }))
    return undefined
  }
  return {
    node: { ...node, location: { text: value.value, span: value.span } },
    ...(node.location ? { before: writtenText(node.location.text) } : {}),
    after: writtenText(value.value),
  }
}

/** Settings with one replaced or added; a path goes into records. */
const changedSettings = (
  settings: readonly Setting[],
  [key, ...rest]: readonly Name[],
  value: ValueNode,
): { readonly settings: readonly Setting[]; readonly before?: string } => {
  const old = settings.find((setting) => setting.key.text === key.text)
  const inner =
    rest.length > 0 ? changedSettings(old?.value.kind === "record" ? old.value.settings : [], rest, value) : undefined
  const span = { ...key.span, end: value.span.end }
  const next: Setting = {
    key,
    value: inner ? { kind: "record", settings: inner.settings, comparisons: [], span } : value,
    span,
  }
  const before = inner ? inner.before : old && written(old.value)
  return {
    settings: old ? settings.map((setting) => (setting === old ? next : setting)) : [...settings, next],
    ...(before === undefined ? {} : { before }),
  }
}
