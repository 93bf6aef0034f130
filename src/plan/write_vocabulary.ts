/** Writes `dsl/vocabulary.json`, the vocabulary of the plugins that ship. Run it after a change to a plugin's options. */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { loadPlugin } from "../plugin/load.ts"
import { shipped } from "../plugin/registry.ts"
import { vocabularyOf } from "./vocabulary.ts"

/** The text that belongs into the file. */
export const shippedVocabulary = async (): Promise<string> => {
  const plugins = await Promise.all(shipped().map(({ kind, name }) => loadPlugin(kind, name)))
  return `${JSON.stringify(vocabularyOf(plugins), null, 2)}\n`
}

export const vocabularyFile = new URL("../../dsl/vocabulary.json", import.meta.url)

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(vocabularyFile, await shippedVocabulary())
