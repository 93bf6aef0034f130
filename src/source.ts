/** The first phases, which load neither Effect nor plugins: a file is read, parsed and checked against the vocabulary. */
import { readFileSync, statSync } from "node:fs"
import { dirname, resolve } from "node:path"
import {
  type BrokenRule,
  type Change,
  type Checked,
  type CheckOptions,
  check,
  type Declaration,
  type Open,
  usesIn,
  type Vocabulary,
} from "../dsl/index.ts"
import vocabulary from "../dsl/vocabulary.json" with { type: "json" }
import { type Strangers, strangersOf } from "./used.ts"

export interface Source {
  /** As the person named it: what messages show. */
  readonly file: string
  readonly directory: string
  readonly text: string
  /** What the command line has changed of it. */
  readonly changes?: readonly Change[]
}

/** An expected problem with a file that is named on the command line. */
export class SourceError extends Error {
  override readonly name = "SourceError"
  readonly help: string
  constructor(message: string, help: string) {
    super(message)
    this.help = help
  }
}

/** Reads a spec. Throws SourceError. */
export const readSource = (file: string): Source => ({
  file,
  directory: dirname(resolve(file)),
  text: readText(file, "a spec", "a spec ends in .l2r"),
})

/** A spec has at most so many bytes: what is larger is something else. */
export const MOST_BYTES = 16e6

/** The text of a file that is named on the command line. Throws SourceError. */
export const readText = (file: string, what: string, hint: string, most = MOST_BYTES): string => {
  const found = statSync(resolve(file), { throwIfNoEntry: false })
  if (!found) throw new SourceError(`there is no file ${file}`, `check the name; ${hint}`)
  if (found.isDirectory()) throw new SourceError(`${file} is a folder, not ${what}`, `name the file in it; ${hint}`)
  // Devices and pipes may never end.
  if (!found.isFile()) throw new SourceError(`${file} is no file with a text`, `write it to a file first; ${hint}`)
  if (found.size > most)
    throw new SourceError(
      `${file} has ${Math.round(found.size / 1e6)} MB, and ${what} has at most ${most / 1e6}`,
      `check the name; ${hint}`,
    )
  let bytes: Uint8Array
  try {
    bytes = readFileSync(resolve(file))
  } catch (error) {
    throw new SourceError(`${file} can't be read: ${(error as Error).message}`, "check its permissions")
  }
  if (isUtf16(bytes)) throw new SourceError(`${file} is saved as UTF-16`, "save it as UTF-8")
  return decoded(bytes, file)
}

/** The text of bytes, of which nothing is replaced. Throws SourceError. */
export const decoded = (bytes: Uint8Array, name: string): string => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
  const reads = (part: Uint8Array): boolean => {
    try {
      decoder.decode(part)
      return true
    } catch {
      return false
    }
  }
  if (reads(bytes)) return decoder.decode(bytes)
  let line = 1
  for (let start = 0, end = bytes.indexOf(LINE_FEED); end >= 0 && reads(bytes.subarray(start, end)); line++) {
    start = end + 1
    end = bytes.indexOf(LINE_FEED, start)
  }
  throw new SourceError(`${name} is not written in UTF-8, first on line ${line}`, "save it in UTF-8 first")
}

const LINE_FEED = 0x0a

/** By its mark, or by the NULs that stand beside the first letters. */
const isUtf16 = ([first, second, third, fourth]: Uint8Array): boolean =>
  (first === 0xff && second === 0xfe) ||
  (first === 0xfe && second === 0xff) ||
  (first > 0 && second === 0 && third > 0 && fourth === 0) ||
  (first === 0 && second > 0 && third === 0 && fourth > 0)

/** What the command line says about a spec besides its name. */
export interface Said extends Pick<CheckOptions, "set" | "only" | "skip"> {
  /** Read the data too, so that what a spec says of it is checked. */
  readonly data?: boolean
}

/** What a spec is read with: the plugins that ship, those that it brings by `use`, the files beside it. */
export const surroundings = async (source: Source) => {
  const { close, ...found } = await around(source)
  close()
  return found
}

const around = async ({ file, directory, text }: Source) => {
  // What has neither of the words has no such line.
  const lines = /use|import/.test(text) ? usesIn(text, file, opened) : []
  const textOf = (name: string) => {
    const found = name === file ? { text } : opened(name)
    return "text" in found ? found.text : ""
  }
  const { uses, brokenRules, close } = await strangersOf(lines, directory, textOf)
  return { file, vocabulary: vocabulary as unknown as Vocabulary, uses, open: opened, brokenRules, close }
}

/** Checks a spec with the files that it imports; only what it brings by `use` is loaded. */
export const checkSource = async (source: Source, said: Said = {}): Promise<Checked> => {
  const { brokenRules, close, ...found } = await around(source)
  try {
    return await checkWith(source, said, found, brokenRules)
  } finally {
    close()
  }
}

const checkWith = async (
  { file, directory, text }: Source,
  { data, ...changed }: Said,
  found: CheckOptions,
  brokenRules: Strangers["brokenRules"],
): Promise<Checked> => {
  const options = { ...found, ...changed }
  const asked: Asked[] = []
  const first = check(text, {
    ...options,
    advice: true,
    brokenIn: (kind, declaration) => {
      asked.push({ kind, declaration })
      return []
    },
  })
  if (asked.length === 0 && !(data && first.spec)) return first
  const broken = await brokenRulesOf(
    asked,
    (alias) => usesIn(text, file, opened).find((use) => use.alias === alias)?.source,
    brokenRules,
  )
  const known =
    data && first.spec ? await (await import("./plan/known_data.ts")).knownData(first.spec, directory) : undefined
  return check(text, {
    ...options,
    advice: true,
    brokenIn: (kind, { name }) => broken.get(`${kind} ${name}`) ?? [],
    ...(known && { factsOf: ({ name }: Declaration) => known.get(name) }),
  })
}

/** A declaration whose plugin has rules of its own. */
interface Asked {
  readonly kind: string
  readonly declaration: Declaration
}

/** By kind and name. */
const brokenRulesOf = async (
  asked: readonly Asked[],
  sourceOf: (alias: string) => string | undefined,
  brokenRules: Strangers["brokenRules"],
): Promise<ReadonlyMap<string, readonly BrokenRule[]>> =>
  new Map(
    await Promise.all(
      asked.map(async ({ kind, declaration: { name, plugin, options } }) => {
        const source = plugin.from === undefined ? undefined : sourceOf(plugin.from)
        const question = { kind, plugin: plugin.name, ...(source !== undefined && { source }), options }
        return [`${kind} ${name}`, await brokenRules(question)] as const
      }),
    ),
  )

/** An imported file, by its name as messages show it. */
const opened: Open = (file) => {
  try {
    return { text: readText(file, "a spec", "an imported file ends in .l2r") }
  } catch (error) {
    return { problem: (error as Error).message }
  }
}
