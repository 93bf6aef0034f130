/**
 * The language: source text in, checked spec and diagnostics out.
 *
 *     text -> tokens -> declarations -> trees -> names -> options -> experiments -> spec
 *
 * Pure, without input or output: the caller reads the file, brings the vocabulary, and prints.
 */
import { checkFile } from "./check.ts"
import type { Diagnostic } from "./diagnostic.ts"
import { diagnose } from "./diagnostics.ts"
import { parse } from "./parse.ts"
import { type Used, usesOf } from "./scope.ts"
import type { Declaration, Spec, Use } from "./spec.ts"
import type { Vocabulary } from "./vocabulary.ts"

export type { Diagnostic, Severity } from "./diagnostic.ts"
export { toJson } from "./json.ts"
export { linesOf } from "./lines.ts"
export { render, summary } from "./render.ts"
export type { Used } from "./scope.ts"
export type * from "./spec.ts"
export type * from "./vocabulary.ts"

/** At most this many diagnostics are kept of a file. */
const MOST = 200

export interface CheckOptions {
  /** The name of the file, as messages show it. */
  readonly file: string
  /** The plugins that ship. */
  readonly vocabulary: Vocabulary
  /** By alias, what each `use` line brings, or why it brings nothing. The options of one that is left out are not checked. */
  readonly uses?: Readonly<Record<string, Used>>
  /** The tasks of a data declaration, where that can be told. */
  readonly tasksOf?: (data: Declaration) => readonly string[] | undefined
}

export interface Checked {
  /** Only where nothing is an error. */
  readonly spec?: Spec
  /** In the order of their places. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Checks a whole file. Never throws, whatever the text. */
export const check = (
  text: string,
  { file, vocabulary, uses = {}, tasksOf = () => undefined }: CheckOptions,
): Checked => {
  const kept: Diagnostic[] = []
  const said = new Set<string>()
  let count = 0
  let errors = 0
  const report = (diagnostic: Diagnostic) => {
    // Two experiments may have the same thing to say about one declaration.
    const key = `${diagnostic.code} ${diagnostic.span.start} ${diagnostic.span.end} ${diagnostic.message}`
    if (said.has(key)) return
    said.add(key)
    count++
    if (diagnostic.severity === "error") errors++
    if (kept.length < MOST) kept.push(diagnostic)
  }
  const spec = checkFile(parse(text, file, report), { vocabulary, used: uses, tasksOf }, report)
  const diagnostics = kept.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)
  if (count > MOST)
    diagnostics.push(diagnose("L2R0113", { file, start: text.length, end: text.length }, { count: count - MOST }))
  return errors === 0 ? { spec, diagnostics } : { diagnostics }
}

/** The `use` lines of a file, so that the caller can load them before it checks. */
export const usesIn = (text: string, file: string): readonly Use[] =>
  usesOf(
    parse(text, file, () => {}),
    () => {},
  )
