/** What the server knows around a spec: plugins of `use` lines, tasks of data, files. Everything slow is asked for beforehand, and kept. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { type Document, dataIn, documentOf, type Host } from "../../dsl/editor/index.ts"
import { type BrokenRule, type Declaration, type Open, usesIn, type Vocabulary } from "../../dsl/index.ts"
import shipped from "../../dsl/vocabulary.json" with { type: "json" }
import type { RuleQuestion } from "../plan/rules.ts"
import type { PluginKind } from "../plugin/definition.ts"
import { shippedFile } from "../plugin/registry.ts"
import { asking } from "./asking.ts"
import { placesFrom } from "./places.ts"
import type { DataQuestion, UseAnswer } from "./questions.ts"

export interface World {
  /** A document with what is known now. */
  readonly document: (file: string, text: string) => Document
  /** Finds out what a text needs and is not known yet; true where something new came. */
  readonly learn: (file: string, text: string) => Promise<boolean>
  /** Files have changed: what is known may be wrong. */
  readonly forget: () => void
  readonly close: () => void
}

export interface WorldOptions {
  /** Whether code of plugins that the specs name may be run. */
  readonly plugins: boolean
  /** The text of a file as it stands in the editor; without, it is read from disk. */
  readonly opened?: (file: string) => string | undefined
}

export const world = ({ plugins, opened = () => undefined }: WorldOptions): World => {
  const asked = asking()
  const uses = new Map<string, UseAnswer>()
  const tasks = new Map<string, readonly string[] | undefined>()
  const broken = new Map<string, readonly BrokenRule[]>()
  /** Questions that came up while a file was checked, and have no answer yet. */
  const unanswered = new Map<string, Map<string, RuleQuestion>>()
  let forgotten = 0

  const open: Open = (file) => {
    const text = opened(file) ?? readText(file)
    return text === undefined ? { problem: "there is no such file, or it can't be read" } : { text }
  }

  /** The `use` lines; most texts have none, and need not be read for it. */
  const linesOf = (text: string, file: string) => (/\b(?:use|import)\b/.test(text) ? usesIn(text, file, open) : [])

  const host = (file: string, text: string): Host => {
    const directory = dirname(file)
    const lines = linesOf(text, file)
    const answerOf = (source: string) => uses.get(key(directory, source))
    const sourceOf = (alias: string | undefined) => lines.find((line) => line.alias === alias)?.source
    return {
      file,
      vocabulary: shipped as unknown as Vocabulary,
      uses: Object.fromEntries(
        lines.flatMap(({ alias, source }) => {
          const answer = answerOf(source)
          return answer ? [[alias, answer.used] as const] : []
        }),
      ),
      tasksOf: (data) => tasks.get(key(questionOf(data, directory, sourceOf))),
      brokenIn: (kind, declaration) => {
        const question = ruleOf(kind, declaration, sourceOf)
        const known = broken.get(key(directory, question))
        if (!known && (plugins || question.source === undefined))
          unansweredIn(file).set(key(directory, question), question)
        return known ?? []
      },
      open,
      places: placesFrom(directory),
      pluginFile: (kind, name, source) =>
        source === undefined
          ? shippedFile(kind as PluginKind, name)
          : (answerOf(source)?.file ?? fileOf(source, directory)),
    }
  }

  const unansweredIn = (file: string): Map<string, RuleQuestion> => {
    const own = unanswered.get(file) ?? new Map<string, RuleQuestion>()
    unanswered.set(file, own)
    return own
  }

  /** The last document of a file serves until its text, or what is known, is another. */
  const kept = new Map<string, Document>()
  const document = (file: string, text: string): Document => {
    const before = kept.get(file)
    if (before?.text === text && !/\bimport\b/.test(text)) return before
    const made = documentOf(text, host(file, text))
    kept.set(file, made)
    return made
  }

  const learn = async (file: string, text: string): Promise<boolean> => {
    const directory = dirname(file)
    const newRules = [...unansweredIn(file).values()]
    unanswered.delete(file)
    if (!/\b(?:use|import|data)\b/.test(text) && newRules.length === 0) return false
    const lines = linesOf(text, file)
    const sourceOf = (alias: string | undefined) => lines.find((line) => line.alias === alias)?.source
    const newUses = plugins
      ? [...new Set(lines.map(({ source }) => source))].filter((source) => !uses.has(key(directory, source)))
      : []
    const newData = dataIn(document(file, text))
      .map((data) => questionOf(data, directory, sourceOf))
      .filter((question) => !tasks.has(key(question)) && (plugins || question.source === undefined))
    if (newUses.length + newData.length + newRules.length === 0) return false
    const since = forgotten
    const told = await asked.ask({ directory, uses: newUses, data: newData, rules: newRules })
    const answer = typeof told === "string" ? undefined : told
    // What was asked before something changed may be out of date.
    if (since !== forgotten) return learn(file, text)
    newUses.forEach((source, i) => uses.set(key(directory, source), answer?.uses[i] ?? GIVEN_UP))
    kept.clear()
    newData.forEach((question, i) => tasks.set(key(question), answer?.tasks[i]))
    newRules.forEach((question, i) => broken.set(key(directory, question), answer?.broken[i] ?? []))
    return newUses.length + newData.length > 0 || answer?.broken.some((rules) => rules.length > 0) === true
  }

  return {
    document,
    learn,
    forget: () => {
      forgotten++
      kept.clear()
      uses.clear()
      tasks.clear()
      broken.clear()
      unanswered.clear()
    },
    close: asked.close,
  }
}

const GIVEN_UP: UseAnswer = { used: { problem: "it ended or hung while it was loaded" } }

const key = (...parts: readonly unknown[]): string => JSON.stringify(parts)

const questionOf = (
  { plugin, location, options, folder = "" }: Declaration,
  directory: string,
  sourceOf: (alias: string | undefined) => string | undefined,
): DataQuestion => {
  const source = plugin.from === undefined ? undefined : sourceOf(plugin.from)
  return {
    plugin: plugin.name,
    ...(source !== undefined && { source }),
    ...(location !== undefined && { location }),
    folder: resolve(directory, folder),
    options,
  }
}

const ruleOf = (
  kind: string,
  { plugin, options }: Declaration,
  sourceOf: (alias: string | undefined) => string | undefined,
): RuleQuestion => {
  const source = plugin.from === undefined ? undefined : sourceOf(plugin.from)
  return { kind, plugin: plugin.name, ...(source !== undefined && { source }), options }
}

/** URL of a file that a source names by its path. */
const fileOf = (source: string, directory: string): string | undefined => {
  const path = resolve(directory, source)
  return source.startsWith(".") && existsSync(path) ? pathToFileURL(path).href : undefined
}

/** The place in a plugin's source that says its name; the beginning where none does. */
export const namePlace = (
  file: string,
  plugin: string | undefined,
): { readonly start: number; readonly end: number; readonly text: string } => {
  const text = readText(fileURLToPath(file)) ?? ""
  const at =
    plugin === undefined ? undefined : new RegExp(`\\bname:\\s*["'](${plugin})["']`, "d").exec(text)?.indices?.[1]
  return { start: at?.[0] ?? 0, end: at?.[1] ?? 0, text }
}

/** Devices, pipes and what is far too large for a spec are not read. */
const MOST_BYTES = 16e6
export const readText = (file: string): string | undefined => {
  try {
    const found = statSync(file)
    return found.isFile() && found.size <= MOST_BYTES ? readFileSync(file, "utf8") : undefined
  } catch {
    return undefined
  }
}

/** Specs below a folder, for symbols of the workspace; at most this many are looked at. */
const MOST = 500
export const specsIn = (folder: string): readonly string[] => {
  const found: string[] = []
  const look = (at: string, depth: number) => {
    if (depth > 8 || found.length >= MOST) return
    for (const entry of entriesIn(at)) {
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue
      if (entry.isDirectory()) look(join(at, entry.name), depth + 1)
      else if (entry.name.endsWith(".l2r") && found.length < MOST) found.push(join(at, entry.name))
    }
  }
  look(folder, 0)
  return found
}

const entriesIn = (folder: string) => {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
