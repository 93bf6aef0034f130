/** Texts to distil a backbone on: WordNet's definitions, examples and synonyms, without what its stream tests. */
import type { Place, Task } from "../../../src/plugin/index.ts"
import { dictionaryFolder, PARTS, readSynsets } from "./dictionary.ts"
import { readStream, TASKS } from "./stream.ts"

export interface Corpus {
  /** Distinct texts in the order of their characters. */
  readonly texts: readonly string[]
  /** Distinct texts of each kind; a text of two kinds counts under the first. */
  readonly counts: { readonly definitions: number; readonly examples: number; readonly synonyms: number }
  /** How many distinct texts were left out because a validation or test gloss says the same. */
  readonly leftOut: number
}

/**
 * What remains of a text without case, accents, punctuation and spaces: the strictest folding, so that texts which
 * differ here differ under any milder one.
 */
export const folded = (text: string): string =>
  text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "")

/** Folded validation and test texts of some tasks. */
export const heldOut = (tasks: readonly Task[]): ReadonlySet<string> =>
  new Set(tasks.flatMap(({ validation, test }) => [...validation, ...test].map(({ text }) => folded(text))))

/** Reads all four parts of speech. Deterministic. Rejects with DataError. */
export const distillationCorpus = async (location?: string, place: Place = { directory: "." }): Promise<Corpus> => {
  const folder = await dictionaryFolder(location, place)
  const forbidden = heldOut(await readStream(folder, Object.keys(TASKS)))
  const synsets = (await Promise.all(PARTS.map((part) => readSynsets(folder, part)))).flat()
  const seen = new Set<string>()
  const texts: string[] = []
  const collect = (candidates: readonly string[]): number => {
    const before = texts.length
    for (const text of candidates) {
      if (seen.has(text)) continue
      seen.add(text)
      const fold = folded(text)
      if (fold !== "" && !forbidden.has(fold)) texts.push(text)
    }
    return texts.length - before
  }
  const counts = {
    definitions: collect(synsets.map(({ definition }) => definition)),
    examples: collect(synsets.flatMap(({ examples }) => examples)),
    synonyms: collect(synsets.map(({ words }) => words.join(", "))),
  }
  return { texts: texts.sort(), counts, leftOut: seen.size - texts.length }
}
