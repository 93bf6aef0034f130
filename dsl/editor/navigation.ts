/** Where a name is declared, and where it is used. All kinds of declaration and the aliases of `use` share their names. */
import { folderOf, joined } from "../names/paths.ts"
import { pluginsOf, usesOf } from "../names/scope.ts"
import type { Span } from "../spec.ts"
import type { Document } from "./document.ts"
import { type Mark, markAt, marksOf, marksOfFile } from "./marks.ts"

/** A declaration in a source, or the file of a plugin. */
export type Definition = { readonly span: Span } | { readonly file: string; readonly plugin?: string }

export const definitionAt = (document: Document, offset: number): Definition | undefined => {
  const mark = markAt(document, offset)
  if (!mark) return undefined
  const { scope, host } = document
  if (mark.role === "plugin") {
    const source = scope.uses.find(({ alias }) => alias === mark.alias)?.source
    const file = host.pluginFile?.(mark.kind!, mark.entry?.name ?? mark.text, source)
    return file === undefined ? undefined : { file, plugin: mark.entry?.name ?? mark.text }
  }
  if (mark.role === "source" && mark.imported) {
    const file = joined(folderOf(host.file), mark.text)
    return document.program.files.some((each) => each.file === file) ? { span: { file, start: 0, end: 0 } } : undefined
  }
  if (mark.role === "source") {
    const file = host.pluginFile?.("", "", mark.text)
    return file === undefined ? undefined : { file }
  }
  if (mark.role === "alias") {
    const line = linesOfUse(document).find(({ alias }) => alias === mark.text)
    return line && { span: line.span }
  }
  if (mark.role !== "reference" && mark.role !== "declaration") return undefined
  const declared = scope.declared.get(mark.text)?.name
  if (declared) return { span: declared.span }
  // A bound that is compared may be a plugin without a declaration.
  const kind = ["router", "strategy", "probe"].find((each) => pluginsOf(scope.vocabulary, each).has(mark.text))
  const file = kind && host.pluginFile?.(kind, mark.text)
  return file === undefined ? undefined : { file, plugin: mark.text }
}

/** The `use` lines, each with the place of its alias, or of its source where it has none. */
export const linesOfUse = ({ tree }: Document) =>
  tree.uses.flatMap((node) =>
    usesOf({ ...tree, uses: [node] }, () => {}).map(({ alias }) => ({
      alias,
      node,
      span: node.alias?.span ?? node.source.span,
    })),
  )

/** Every place that says the name at an offset, its declaration first; `others` are further specs that may say it. */
export const referencesAt = (document: Document, offset: number, others: readonly Document[] = []): readonly Span[] => {
  const mark = markAt(document, offset)
  if (!mark) return []
  return isName(mark) ? placesAcross(mark.text, document, others) : samePlugin(mark, document)
}

/** In a file, in those that it imports, and in those of the others that import the file which declares the name. */
export const placesAcross = (name: string, document: Document, others: readonly Document[]): readonly Span[] => {
  const home = document.scope.declared.get(name)?.name?.span.file ?? document.host.file
  const sharing = others.filter((other) => other !== document && other.program.files.some(({ file }) => file === home))
  const found = new Map<string, Span>()
  for (const each of [document, ...sharing])
    for (const span of placesOf(name, each)) found.set(`${span.file} ${span.start}`, span)
  return [...found.values()]
}

/** Whether a mark says the name of a declaration, or of what a `use` line brings. */
export const isName = ({ role }: Mark): boolean => role === "declaration" || role === "reference" || role === "alias"

/** In this file and in those that it imports. */
export const placesOf = (name: string, document: Document): readonly Span[] => {
  const { files } = document.program
  const marks = files.length === 1 ? marksOf(document) : files.flatMap((file) => marksOfFile(file, document))
  const found = marks.filter((mark) => isName(mark) && mark.text === name)
  const first = found.findIndex(({ role, brought }) => role === "declaration" || brought)
  if (first > 0) found.unshift(...found.splice(first, 1))
  return found.map(({ span }) => span)
}

const samePlugin = (mark: Mark, document: Document): readonly Span[] =>
  mark.role === "plugin"
    ? marksOf(document)
        .filter(
          ({ role, kind, text, alias }) =>
            role === "plugin" && kind === mark.kind && text === mark.text && alias === mark.alias,
        )
        .map(({ span }) => span)
    : []
