/** The names of a file: what is declared, what the `use` lines bring, and what could not be read. */
import type { DeclarationNode, FileNode, Name, SourceNode } from "./ast.ts"
import type { Report } from "./diagnostic.ts"
import { diagnose } from "./diagnostics.ts"
import { isKind, type Kind } from "./kinds.ts"
import type { Span, Use } from "./spec.ts"
import type { PluginEntry, Vocabulary } from "./vocabulary.ts"

/** What the caller found behind a `use` line: its plugins, or why there are none. */
export type Used = Vocabulary | { readonly problem: string }

export interface Scope {
  readonly vocabulary: Vocabulary
  readonly used: ReadonlyMap<string, Used | undefined>
  readonly uses: readonly Use[]
  /** Some `use` line brings nothing that is known. */
  readonly usesBroken: boolean
  /** The first declaration of each name. */
  readonly declared: ReadonlyMap<string, DeclarationNode>
  /** Kinds of which a declaration exists whose name could not be read; a name that is unknown may be that one. */
  readonly unreadable: ReadonlySet<string | undefined>
  /** Names by kind, in written order. */
  namesOf(kind: Kind): string[]
}

export const scopeOf = (tree: FileNode, vocabulary: Vocabulary, given: Readonly<Record<string, Used>>, report: Report): Scope => {
  const places = new Map<string, Span>()
  const declare = (name: Name): boolean => {
    const first = places.get(name.text)
    if (first) report(diagnose("L2R0301", name.span, { name: name.text }, { related: [{ span: first, message: "first declared here" }] }))
    else places.set(name.text, name.span)
    return !first
  }

  const uses = usesOf(tree, report)
  const used = new Map<string, Used | undefined>()
  for (const { alias, source, span } of uses) {
    if (!declare({ text: alias, span: aliasSpan(tree, span) })) continue
    const found = Object.hasOwn(given, alias) ? given[alias] : undefined
    used.set(alias, found)
    if (found && "problem" in found) report(diagnose("L2R0208", sourceSpan(tree, span), { source, reason: found.problem }))
    else if (!found) report(diagnose("L2R0209", aliasSpan(tree, span), { alias }))
  }

  const declared = new Map<string, DeclarationNode>()
  const unreadable = new Set<string | undefined>()
  for (const node of tree.declarations) {
    if (!node.name) unreadable.add(node.kind)
    else if (declare(node.name)) declared.set(node.name.text, node)
  }
  const namesOf = (kind: Kind) => [...declared.values()].flatMap((node) => (node.kind === kind ? [node.name!.text] : []))
  return { vocabulary, used, uses, usesBroken: tree.usesBroken || uses.length < tree.uses.length, declared, unreadable, namesOf }
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
  const alias = last.replace(/\.[cm]?[jt]s$/, "").replace(/^l2r-plugin-/, "").replaceAll("-", "_")
  return /^[A-Za-z_]\w*$/.test(alias) ? alias : undefined
}

const lineOf = (tree: FileNode, span: Span): SourceNode => tree.uses.find((node) => node.span === span)!
const aliasSpan = (tree: FileNode, span: Span): Span => lineOf(tree, span).alias?.span ?? sourceSpan(tree, span)
const sourceSpan = (tree: FileNode, span: Span): Span => lineOf(tree, span).source.span

/** The plugins of a kind, by name. */
export const pluginsOf = (vocabulary: Vocabulary, kind: string): ReadonlyMap<string, PluginEntry> =>
  new Map(Object.hasOwn(vocabulary.kinds, kind) ? Object.entries(vocabulary.kinds[kind]) : [])

/** Whether an unknown name may be one that could not be read, so that nothing should be said about it. */
export const mayBeUnreadable = (scope: Scope, name: string, kind: string): boolean => {
  const node = scope.declared.get(name)
  return scope.unreadable.has(kind) || (node !== undefined && (node.kind === undefined || !isKind(node.kind)))
}
