/**
 * The language: source text in, checked spec and diagnostics out.
 *
 *     text -> tokens -> declarations -> trees -> files -> overrides -> variants -> names -> options -> experiments -> spec
 *
 *     diagnostics/    the catalogue of what is said, and its forms: text, JSON, SARIF, GitHub
 *     syntax/         tokens, grammar, tree; the version of the language
 *     names/          files, what is declared, what stands on the right of `=`
 *     options/        values against the schemas of options
 *     sweeps/         declarations with a sweep, replaced by their variants
 *     check/          streams, libraries, experiments, comparisons, and what is probably not meant
 *     command_line/   `--set`, `--only`, `--skip`
 *     format/, editor/, explain/    the canonical form, what editors ask, the long form of diagnostics
 *
 * Each room knows those above it, and `kinds.ts`, `spec.ts`, `vocabulary.ts`.
 * Pure, without input or output: the caller reads the files, brings the vocabulary, and prints.
 */

import { type DataFacts, isUnread, type Unread } from "./check/data_facts.ts"
import { checkFile } from "./check/index.ts"
import { chosenFrom, type Wanted } from "./command_line/choose.ts"
import { type Change, flagsText, withOverrides } from "./command_line/overrides.ts"
import { diagnose } from "./diagnostics/catalogue.ts"
import type { Diagnostic } from "./diagnostics/diagnostic.ts"
import { ONLY, SET, SKIP } from "./diagnostics/flags.ts"
import { type Open, readProgram } from "./names/program.ts"
import { type Used, usesOf } from "./names/scope.ts"
import type { BrokenIn } from "./options/rules.ts"
import type { Declaration, Span, Spec, Use } from "./spec.ts"
import { current, type Dialect } from "./syntax/dialect.ts"
import { parseInLanguage } from "./syntax/language.ts"
import { withoutStrangeNames } from "./syntax/strange_names.ts"
import type { Vocabulary } from "./vocabulary.ts"

export type { DataFacts, TaskFacts, Unread } from "./check/data_facts.ts"
export type { Wanted } from "./command_line/choose.ts"
export type { Change } from "./command_line/overrides.ts"
export { diagnose } from "./diagnostics/catalogue.ts"
export type { Diagnostic, Severity } from "./diagnostics/diagnostic.ts"
export { isFlag } from "./diagnostics/flags.ts"
export { toGithub } from "./diagnostics/github.ts"
export { toJson } from "./diagnostics/json.ts"
export { linesOf, type Texts } from "./diagnostics/lines.ts"
export { render, summary } from "./diagnostics/render.ts"
export { toSarif } from "./diagnostics/sarif.ts"
export type { Open, Opened } from "./names/program.ts"
export type { Used } from "./names/scope.ts"
export type { BrokenIn, BrokenRule } from "./options/rules.ts"
export type * from "./spec.ts"
export type * from "./vocabulary.ts"

/** At most this many diagnostics are kept. */
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
  /** What a plugin's own rules say of a declaration, where the plugin can be asked. */
  readonly brokenIn?: BrokenIn
  /** Opens an imported file. */
  readonly open?: Open
  /** Settings of the command line, over those of the files: `low_rank.rank=16`. */
  readonly set?: readonly string[]
  /** Names and patterns of what is run alone, and of what is left out. */
  readonly only?: Wanted["only"]
  readonly skip?: Wanted["skip"]
  readonly dialect?: Dialect
  /** Warn of what is allowed and probably not meant: declarations without use, rows that can't differ. */
  readonly advice?: boolean
  /** What is known of data, for the checks that need it, or why it can't be read. */
  readonly factsOf?: (data: Declaration) => DataFacts | Unread | undefined
}

export interface Checked {
  /** Only where nothing is an error. */
  readonly spec?: Spec
  /** By file, the spec's own first, and in the order of their places. */
  readonly diagnostics: readonly Diagnostic[]
  /** The files that were read, and the flags: what the diagnostics' places are in. */
  readonly texts: Readonly<Record<string, string>>
  /** Files that are imported and could not be opened. */
  readonly absent: readonly string[]
  /** What the command line has changed. */
  readonly changes: readonly Change[]
}

const shut: Open = () => ({ problem: "files can't be opened here" })

/** Checks a spec with all that it imports. Never throws, whatever the text. */
export const check = (text: string, options: CheckOptions): Checked => {
  const { file, vocabulary, uses = {}, tasksOf = () => undefined, open = shut, dialect = current } = options
  const { brokenIn = () => [] } = options
  const { set = [], only = [], skip = [], factsOf = () => undefined } = options
  const kept: Diagnostic[] = []
  const said = new Set<string>()
  let count = 0
  let errors = 0
  /** What is said of a part of an experiment, until it is known whether that part is run. */
  const waiting: Diagnostic[] = []
  const report = (diagnostic: Diagnostic) => {
    if (diagnostic.about) waiting.push(diagnostic)
    else say(diagnostic)
  }
  const say = (diagnostic: Diagnostic) => {
    // Two experiments may have the same thing to say about one declaration.
    const key = `${diagnostic.code} ${diagnostic.span.file} ${diagnostic.span.start} ${diagnostic.span.end} ${diagnostic.message}`
    if (said.has(key)) return
    said.add(key)
    count++
    if (diagnostic.severity === "error") errors++
    if (kept.length < MOST) kept.push(diagnostic)
  }
  const parse = (content: string, name: string) => {
    let strange = false
    const tree = parseInLanguage(
      content,
      name,
      (diagnostic) => {
        strange ||= diagnostic.code === "L2R0106"
        report(diagnostic)
      },
      dialect,
    )
    return strange ? withoutStrangeNames(tree) : tree
  }
  const program = readProgram(text, file, open, parse, report)
  const { tree, changes } = withOverrides(program.tree, set, report)
  const read = (data: Declaration) => {
    const known = factsOf(data)
    return isUnread(known) ? undefined : known
  }
  const unread = (data: Declaration) => {
    const known = factsOf(data)
    return isUnread(known) ? known : undefined
  }
  const tasks = (data: Declaration) => tasksOf(data) ?? read(data)?.map(({ name }) => name)
  const whole = checkFile(tree, { vocabulary, used: uses, tasksOf: tasks, unread, brokenIn, program }, report)
  const chosen = chosenFrom(whole.spec, { only, skip }, report)
  for (const { about, ...rest } of waiting) if (about && isRun(about, chosen.spec)) say(rest)
  if (options.advice && errors === 0) whole.advise(chosen.spec, read)
  const texts = { ...program.texts, [SET]: flagsText(set), [ONLY]: flagsText(only), [SKIP]: flagsText(skip) }
  const diagnostics = kept.sort(byPlace([file, ...Object.keys(texts)]))
  if (count > MOST)
    diagnostics.push(diagnose("L2R0113", { file, start: text.length, end: text.length }, { count: count - MOST }))
  const found = { diagnostics, texts, absent: program.absent, changes: [...changes, ...chosen.changes] }
  return errors === 0 ? { spec: chosen.spec, ...found } : found
}

const isRun = ({ experiment, names }: NonNullable<Diagnostic["about"]>, { experiments }: Spec): boolean => {
  const { adapters = [], routers = [], compositions = [], bounds = [] } = experiments[experiment] ?? {}
  const all = [...adapters, ...routers, ...compositions, ...bounds]
  return names.every((name) => all.includes(name))
}

const byPlace =
  (files: readonly string[]) =>
  ({ span: a }: { readonly span: Span }, { span: b }: { readonly span: Span }): number =>
    files.indexOf(a.file) - files.indexOf(b.file) || a.start - b.start || a.end - b.end

/** The `use` lines of a spec and of all that it imports, so that the caller can load them before it checks. */
export const usesIn = (text: string, file: string, open: Open = shut): readonly Use[] => {
  const quiet = () => {}
  const parse = (content: string, name: string) => parseInLanguage(content, name, quiet)
  return usesOf(readProgram(text, file, open, parse, quiet).tree, quiet)
}
