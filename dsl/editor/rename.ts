/** A declaration or an alias gets another name, wherever it is said. */
import { aKind } from "../kinds.ts"
import { pluginsOf } from "../names/scope.ts"
import type { Span } from "../spec.ts"
import type { Document } from "./document.ts"
import { type Mark, markAt } from "./marks.ts"
import { isName, linesOfUse, placesAcross } from "./navigation.ts"

export interface Edit {
  readonly span: Span
  readonly text: string
}

/** The name at an offset, if it can be changed. */
export const renameableAt = (document: Document, offset: number): Mark | undefined => {
  const mark = markAt(document, offset)
  if (!mark || !isName(mark)) return undefined
  const { scope } = document
  return scope.declared.has(mark.text) || scope.used.has(mark.text) ? mark : undefined
}

/** The edits, or why there are none. */
export const renameAt = (
  document: Document,
  offset: number,
  name: string,
  others: readonly Document[] = [],
): readonly Edit[] | { readonly problem: string } => {
  const mark = renameableAt(document, offset)
  if (!mark) return { problem: "nothing here has a name that this file gives" }
  return renamed(mark.text, name, document, others)
}

const renamed = (
  from: string,
  to: string,
  document: Document,
  others: readonly Document[],
): readonly Edit[] | { readonly problem: string } => {
  const { scope, host } = document
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(to))
    return { problem: `"${to}" can't be a name: names have the letters a to z, digits and _` }
  if (to === from) return []
  if ([document, ...others].some((each) => takes(each, from, to, scope.declared.get(from)?.name?.span.file)))
    return { problem: `"${to}" is declared already` }
  const node = scope.declared.get(from)
  if (node?.kind && pluginsOf(scope.vocabulary, node.kind).has(to) && node.plugin?.text !== to)
    return { problem: `"${to}" is the name of ${aKind(node.kind)} plugin` }
  const edits = placesAcross(from, document, others).map((span): Edit => ({ span, text: to }))
  // Without `as`, the alias comes from the source: it has to be said from now on.
  const unsaid = linesOfUse(document).find(({ alias, node: line }) => alias === from && !line.alias)
  if (!unsaid) return edits
  const { end } = unsaid.node.source.span
  return [{ span: { file: host.file, start: end, end }, text: ` as ${to}` }, ...edits]
}

/** Whether a spec that says the old name has the new one already. */
const takes = ({ scope, program }: Document, from: string, to: string, home: string | undefined): boolean =>
  (scope.declared.has(to) || scope.used.has(to)) &&
  (scope.declared.has(from) || scope.used.has(from)) &&
  (home === undefined || program.files.some(({ file }) => file === home))
