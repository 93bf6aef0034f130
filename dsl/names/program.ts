/**
 * A spec and the files that it imports, read into one tree.
 *
 *     import "./tasks.l2r"        the declarations of tasks.l2r can be named here
 *
 * The path starts from the file that says it. A file is read once, however often it is imported; it sees its own
 * declarations and those of what it imports, directly or not.
 */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Report } from "../diagnostics/diagnostic.ts"
import type { FileNode, SourceNode } from "../syntax/ast.ts"
import { folderOf, isRelative, joined } from "./paths.ts"

/** What the caller found where an `import` line points. */
export type Opened = { readonly text: string } | { readonly problem: string }
/** Opens a file, by its name as messages show it. */
export type Open = (file: string) => Opened

export interface Program {
  /** All declarations, those of an imported file before those of the file that imports it. */
  readonly tree: FileNode
  /** Every file for itself, in the same order; the spec is the last. */
  readonly files: readonly FileNode[]
  readonly texts: Readonly<Record<string, string>>
  /** Files that are imported and could not be opened. */
  readonly absent: readonly string[]
  /** Whether a name of one file may be used in another. */
  sees(file: string, other: string): boolean
  /** Folder of a file, seen from the spec's. */
  folder(file: string): string
}

/** At most this many files. */
const MOST_FILES = 200

/** Files are told apart by their names, however these are written. */
const idOf = (name: string): string => joined("", name)

type Parse = (text: string, file: string, report: Report) => FileNode

export const readProgram = (text: string, file: string, open: Open, parse: Parse, report: Report): Program => {
  const trees = new Map<string, FileNode>()
  const folders = new Map<string, string>()
  const texts: Record<string, string> = {}
  const imported = new Map<string, Set<string>>()
  const files: FileNode[] = []
  const absent: string[] = []

  const read = (name: string, folder: string, content: string, path: readonly string[]): void => {
    const id = idOf(name)
    texts[name] = content
    folders.set(id, folder)
    const tree = parse(content, name, report)
    trees.set(id, tree)
    const seen = new Map<string, SourceNode>()
    imported.set(id, new Set())
    for (const line of tree.imports) {
      const at = line.source.span
      if (line.alias) report(diagnose("L2R0218", line.alias.span, {}))
      const target = joined(folderOf(name), line.source.text)
      const before = seen.get(target)
      if (before) {
        report(
          diagnose(
            "L2R0215",
            at,
            { source: line.source.text },
            { related: [{ span: before.source.span, message: "first imported here" }] },
          ),
        )
        continue
      }
      seen.set(target, line)
      const circle = [...path, id].indexOf(target)
      if (circle >= 0) {
        report(diagnose("L2R0214", at, { path: [...path, id, target].slice(circle) }))
        continue
      }
      imported.get(id)!.add(target)
      if (trees.has(target)) continue
      if (trees.size >= MOST_FILES) {
        report(diagnose("L2R0216", at, { most: MOST_FILES }))
        return
      }
      const named = line.source.text.trim() !== ""
      const opened = !named
        ? { problem: "it names no file" }
        : /\.l2r$/i.test(target)
          ? open(target)
          : { problem: "the name of a spec ends in .l2r" }
      if ("problem" in opened) {
        if (named) absent.push(target)
        report(diagnose("L2R0213", at, { source: line.source.text, reason: opened.problem }))
      } else read(target, joined(folder, folderOf(line.source.text) || "."), opened.text, [...path, id])
    }
    files.push(tree)
  }
  read(file, "", text, [])

  const reach = new Map<string, ReadonlySet<string>>()
  const reached = (name: string): ReadonlySet<string> => {
    const known = reach.get(name)
    if (known) return known
    const all = new Set([name])
    reach.set(name, all)
    for (const next of imported.get(name) ?? []) for (const each of reached(next)) all.add(each)
    return all
  }
  const folder = (name: string) => folders.get(idOf(name)) ?? ""
  return {
    tree: merged(trees.get(idOf(file))!, files, folder, absent.length > 0),
    files,
    texts,
    absent,
    // What is no file, a flag of the command line, sees all.
    sees: (name, other) => {
      const [from, to] = [idOf(name), idOf(other)]
      return from === to || !trees.has(from) || !trees.has(to) || reached(from).has(to)
    },
    folder,
  }
}

const merged = (
  root: FileNode,
  files: readonly FileNode[],
  folder: (file: string) => string,
  absent: boolean,
): FileNode => {
  const importsBroken = (absent || files.some((tree) => tree.importsBroken)) && { importsBroken: true as const }
  if (files.length === 1) return { ...root, ...importsBroken }
  const uses = new Map<string, SourceNode>()
  for (const { uses: own, file } of files)
    for (const node of own) {
      const text = isRelative(node.source.text) ? fromRoot(folder(file), node.source.text) : node.source.text
      const key = JSON.stringify([text, node.alias?.text])
      if (!uses.has(key)) uses.set(key, { ...node, source: { ...node.source, text } })
    }
  return {
    ...root,
    uses: [...uses.values()],
    usesBroken: files.some(({ usesBroken }) => usesBroken),
    ...importsBroken,
    declarations: files.flatMap(({ declarations }) => declarations),
  }
}

/** A path that is seen from a folder, seen from the spec's. */
const fromRoot = (folder: string, path: string): string => {
  const whole = joined(folder, path)
  return folder === "" ? path : /^(\.\.|\/|[A-Za-z]:)/.test(whole) ? whole : `./${whole}`
}
