/**
 * Older language versions: what `l2r fix` does to a file, one version at a time.
 *
 * A migration reads a file with the grammar of its version and says which pieces of text become what; whatever it does
 * not name, comments and layout too, stays as it is. The number in the `language` line is changed for it.
 */

import type { Diagnostic } from "../diagnostics/diagnostic.ts"
import type { FileNode } from "./ast.ts"
import { current, type Dialect } from "./dialect.ts"
import { versionOf } from "./language.ts"
import { parse } from "./parse.ts"

export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

export interface Migration {
  /** The version that it reads; it writes the next. */
  readonly from: Dialect
  /** What changes, for the person: "`on` is called `backbone`". */
  readonly what: string
  readonly edits: (tree: FileNode, text: string) => readonly Edit[]
}

/** From each older version of the language to the next, in their order. */
export const migrations: readonly Migration[] = []

export type Migrated =
  | { readonly text: string; readonly from: number; readonly to: number; readonly what: readonly string[] }
  /** A file that can't be read whole is left alone. */
  | { readonly problems: readonly Diagnostic[] }

/** The text in the current language. Never throws, whatever the text. */
export const migrated = (
  text: string,
  file: string,
  { to = current, steps = migrations }: { readonly to?: Dialect; readonly steps?: readonly Migration[] } = {},
): Migrated => {
  const { version: from } = versionOf(parse(text, file, () => {}, to))
  const what: string[] = []
  let now = text
  for (const step of steps) {
    const { version } = step.from
    if (version < from || version >= to.version) continue
    const problems: Diagnostic[] = []
    const tree = parse(now, file, (diagnostic) => problems.push(diagnostic), step.from)
    const errors = problems.filter(({ severity }) => severity === "error")
    if (errors.length > 0) return { problems: errors }
    now = edited(now, [...step.edits(tree, now), versionLine(tree, now, version + 1)])
    what.push(step.what)
  }
  return { text: now, from, to: what.length > 0 ? to.version : from, what }
}

const versionLine = ({ languages }: FileNode, text: string, version: number): Edit => {
  const start = text.startsWith("\uFEFF") ? 1 : 0
  const lineBreak = /\r\n|\n|\r/.exec(text)?.[0] ?? "\n"
  return languages.length > 0
    ? { start: languages[0].span.start, end: languages[0].span.end, text: `language ${version}` }
    : { start, end: start, text: `language ${version}${lineBreak}${lineBreak}` }
}

/** The text with pieces replaced, which do not overlap. */
export const edited = (text: string, edits: readonly Edit[]): string => {
  let made = ""
  let at = 0
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    made += text.slice(at, edit.start) + edit.text
    at = edit.end
  }
  return made + text.slice(at)
}
