/** The first phases, which load neither Effect nor plugins: a file is read, parsed and checked against the vocabulary. */
import { readFileSync, statSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { type Checked, check, type Used, usesIn, type Vocabulary } from "../dsl/index.ts"
import vocabulary from "../dsl/vocabulary.json" with { type: "json" }

export interface Source {
  /** As the person named it: what messages show. */
  readonly file: string
  readonly directory: string
  readonly text: string
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

/** The text of a file that is named on the command line. Throws SourceError. */
export const readText = (file: string, what: string, hint: string): string => {
  const found = statSync(resolve(file), { throwIfNoEntry: false })
  if (!found) throw new SourceError(`there is no file ${file}`, `check the name; ${hint}`)
  if (found.isDirectory()) throw new SourceError(`${file} is a folder, not ${what}`, `name the file in it; ${hint}`)
  try {
    return readFileSync(resolve(file), "utf8")
  } catch (error) {
    throw new SourceError(`${file} can't be read: ${(error as Error).message}`, "check its permissions")
  }
}

/** Checks a spec; only what it brings by `use` is loaded. */
export const checkSource = async ({ file, directory, text }: Source): Promise<Checked> => {
  const uses: Record<string, Used> = {}
  for (const { alias, source } of usesIn(text, file)) uses[alias] = await strangers(source, directory)
  return check(text, { file, vocabulary: vocabulary as unknown as Vocabulary, uses })
}

const strangers = async (source: string, directory: string): Promise<Used> => {
  const [{ loadSource }, { vocabularyOf }] = await Promise.all([
    import("./plugin/load.ts"),
    import("./plan/vocabulary.ts"),
  ])
  try {
    return vocabularyOf(await loadSource(source, directory))
  } catch (error) {
    return {
      problem: (error as Error).message,
      ...((error as { help?: string }).help ? { help: (error as { help?: string }).help } : {}),
    } as Used
  }
}
