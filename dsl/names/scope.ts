/** The names of a file: what is declared, what the `use` lines bring, and what could not be read. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Report } from "../diagnostics/diagnostic.ts"
import { isKind, type Kind } from "../kinds.ts"
import type { Span, Use } from "../spec.ts"
import type { DeclarationNode, FileNode, Name } from "../syntax/ast.ts"
import type { PluginEntry, Vocabulary } from "../vocabulary.ts"
import type { Program } from "./program.ts"

/** What the caller found behind a `use` line: its plugins, or why there are none. */
export type Used = Vocabulary | { readonly problem: string; readonly help?: string }

export interface Scope {
  readonly vocabulary: Vocabulary
  readonly used: ReadonlyMap<string, Used | undefined>
  readonly uses: readonly Use[]
  /** Some `use` line brings nothing that is known. */
  readonly usesBroken: boolean
  /** Some `import` line brings nothing: any name may be declared there. */
  readonly importsBroken: boolean
  /** The first declaration of each name. */
  readonly declared: ReadonlyMap<string, DeclarationNode>
  /** Kinds of which a declaration exists whose name could not be read; a name that is unknown may be that one. */
  readonly unreadable: ReadonlySet<string | undefined>
  /** Names by kind, in written order. */
  namesOf(kind: Kind): string[]
  /** How many declarations of a kind there are, each variant of a sweep counted. */
  countOf(kind: Kind): number
  /** The name as it is written, where it is that of a variant. */
  writtenOf(name: string): string
  /** Whether a name of one file may be used in another. */
  sees(file: string, other: string): boolean
}

export const scopeOf = (
  tree: FileNode,
  vocabulary: Vocabulary,
  given: Readonly<Record<string, Used>>,
  report: Report,
  program?: Pick<Program, "files" | "sees">,
): Scope => {
  const uses = usesOf(tree, report)
  const used = new Map<string, Used | undefined>()
  const names: Name[] = []
  for (const { alias, source, span } of uses) {
    const line = tree.uses.find((node) => node.span === span)!
    const at = line.alias?.span ?? line.source.span
    names.push({ text: alias, span: at })
    if (used.has(alias)) continue
    const found = Object.hasOwn(given, alias) ? given[alias] : undefined
    used.set(alias, found)
    if (found && "problem" in found)
      report(diagnose("L2R0208", line.source.span, { source, reason: found.problem, help: found.help }))
    else if (!found) report(diagnose("L2R0209", at, { alias }))
  }

  const declared = new Map<string, DeclarationNode>()
  const unreadable = new Set<string | undefined>()
  for (const node of tree.declarations) {
    if (!node.name) unreadable.add(node.kind)
    else {
      const { of = node.name.text, first = true } = node.variant ?? {}
      if (first) names.push({ ...node.name, text: of })
      for (const name of [node.name.text, of]) if (!declared.has(name)) declared.set(name, node)
    }
  }
  reportRepeatedNames(names, program?.files.map(({ file }) => file) ?? [], report)
  const byKind = new Map<string | undefined, { readonly names: Set<string>; count: number }>()
  for (const node of new Set(declared.values())) {
    const known = byKind.get(node.kind) ?? { names: new Set(), count: 0 }
    known.names.add(node.variant?.of ?? node.name!.text)
    known.count++
    byKind.set(node.kind, known)
  }
  const writtenOf = (name: string) => declared.get(name)?.variant?.of ?? name
  return {
    vocabulary,
    used,
    uses,
    importsBroken: tree.importsBroken === true,
    usesBroken: tree.usesBroken || uses.length < tree.uses.length,
    declared,
    unreadable,
    namesOf: (kind) => [...(byKind.get(kind)?.names ?? [])],
    countOf: (kind) => byKind.get(kind)?.count ?? 0,
    writtenOf,
    sees: program?.sees ?? (() => true),
  }
}

/** The `use` lines with their aliases; `use "l2r-plugin-foo"` is called `foo`. */
export const usesOf = (tree: FileNode, report: Report): Use[] =>
  tree.uses.flatMap((node) => {
    const alias = node.alias?.text ?? aliasOf(node.source.text)
    if (alias) return [{ alias, source: node.source.text, span: node.span }]
    report(diagnose("L2R0207", node.source.span, {}))
    return []
  })

const aliasOf = (source: string): string | undefined => {
  const last = source.split("/").pop() ?? ""
  const alias = last
    .replace(/\.[cm]?[jt]s$/, "")
    .replace(/^l2r-plugin-/, "")
    .replaceAll("-", "_")
  return /^[A-Za-z_]\w*$/.test(alias) ? alias : undefined
}

/** Names that are declared more than once, at all places but the first; `files` come in this order. */
const reportRepeatedNames = (names: readonly Name[], files: readonly string[], report: Report): void => {
  const first = new Map<string, Span>()
  const place = ({ span }: Name) => files.indexOf(span.file)
  for (const { text, span } of [...names].sort((a, b) => place(a) - place(b) || a.span.start - b.span.start)) {
    const before = first.get(text)
    const related = before && [{ span: before, message: "first declared here" }]
    if (!before) first.set(text, span)
    else if (before.file === span.file) report(diagnose("L2R0301", span, { name: text }, { related }))
    else report(diagnose("L2R0315", span, { name: text, file: before.file }, { related }))
  }
}

/** The plugins of a kind, by name. */
export const pluginsOf = ({ kinds }: Vocabulary, kind: string): ReadonlyMap<string, PluginEntry> => {
  if (!Object.hasOwn(kinds, kind)) return NONE
  const plugins = kinds[kind]
  const known = byName.get(plugins) ?? new Map(Object.entries(plugins))
  byName.set(plugins, known)
  return known
}

const NONE: ReadonlyMap<string, PluginEntry> = new Map()
/** Asked for every declaration: a map of each kind is made once. */
const byName = new WeakMap<object, ReadonlyMap<string, PluginEntry>>()

/** Whether an unknown name may be one that could not be read, so that nothing should be said about it. */
export const mayBeUnreadable = (scope: Scope, name: string, kind: string): boolean => {
  const node = scope.declared.get(name)
  return (
    scope.importsBroken ||
    scope.unreadable.has(kind) ||
    (node !== undefined && (node.kind === undefined || !isKind(node.kind)))
  )
}
