/** Tasks as JSON Lines that any program reads: `<folder>/<task>/{train,validation,test}.jsonl` and `task.json`. */

import { readFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import * as Schema from "effect/Schema"
import type { Example, Task } from "../plugin/index.ts"
import { makeFolder, writeWhole } from "./store/write.ts"

/** Nothing could be written, or something else would be lost: what, where, what to do. */
export class ExportError extends Schema.TaggedError<ExportError>()("ExportError", {
  message: Schema.String,
  help: Schema.String,
  path: Schema.String,
}) {}

export interface Export {
  readonly tasks: readonly Task[]
  /** Where the tasks come from, e.g. the name of the data plugin and its location. */
  readonly source: string
  /** Licence notice of the source. */
  readonly notice?: string
}

/** What `task.json` says of a task; the source `jsonl` takes the order of the labels from it. */
export interface TaskCard {
  readonly task: string
  readonly source: string
  readonly notice: string | null
  readonly labels: readonly string[]
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number }
}

/** The files of an export by their path below its folder: the same tasks give the same bytes. Throws ExportError. */
export const exportedFiles = ({ tasks, source, notice }: Export): ReadonlyMap<string, string> => {
  const files = new Map<string, string>()
  for (const { name, labels, train, validation, test } of tasks) {
    if (!isFolderName(name))
      throw new ExportError({
        message: `the task ${JSON.stringify(name)} cannot be the name of a folder`,
        help: "export data whose tasks have plain names",
        path: name,
      })
    if (files.has(`${name}/task.json`))
      throw new ExportError({
        message: `two tasks are called "${name}"`,
        help: "export them into two folders",
        path: name,
      })
    for (const [split, examples] of Object.entries({ train, validation, test }))
      files.set(`${name}/${split}.jsonl`, lines(examples, labels.length === 0))
    const rows = { train: train.length, validation: validation.length, test: test.length }
    const card: TaskCard = { task: name, source, notice: notice ?? null, labels, rows }
    files.set(`${name}/task.json`, `${JSON.stringify(card, null, 1)}\n`)
  }
  return files
}

export interface Exported {
  readonly folder: string
  /** Paths below the folder, in the order in which they were written. */
  readonly files: readonly string[]
}

/** Writes the tasks of an export. Throws ExportError. */
export const writeExport = (exported: Export, folder: string, how: { readonly replace?: boolean } = {}): Exported =>
  writeFiles(exportedFiles(exported), folder, how)

/**
 * Writes files by their path below a folder, each whole. One that stands there already with other content is only
 * overwritten with `replace`; this is found out before anything is written. Throws ExportError.
 */
export const writeFiles = (
  contents: ReadonlyMap<string, string | Uint8Array>,
  folder: string,
  { replace = false }: { readonly replace?: boolean } = {},
): Exported => {
  const root = resolve(folder)
  const files = [...contents].map(([path, content]) => ({
    path,
    full: join(root, path),
    bytes: typeof content === "string" ? new TextEncoder().encode(content) : content,
  }))
  const standing = replace ? undefined : files.find(({ full, bytes }) => holdsOther(full, bytes))
  if (standing !== undefined)
    throw new ExportError({
      message: `${standing.full} exists and holds something else`,
      help: "give another folder with --out, or allow it to be overwritten with --replace",
      path: standing.full,
    })
  for (const { full, bytes } of files)
    try {
      makeFolder(dirname(full))
      writeWhole(full, bytes)
    } catch (cause) {
      throw new ExportError({
        message: `cannot write ${full}: ${(cause as Error).message}`,
        help: "give a folder that can be written, on a disk with some space, with --out",
        path: full,
      })
    }
  return { folder: root, files: files.map(({ path }) => path) }
}

/** `answered`: in words, by one text or by several that are all right. */
const lines = (examples: readonly Example[], answered: boolean): string =>
  examples
    .map(({ text, label, others }) =>
      answered ? { text, answer: others ? [label, ...others] : label } : { text, label },
    )
    .map((row) => `${JSON.stringify(row)}\n`)
    .join("")

const isFolderName = (name: string): boolean =>
  name !== "" && !name.startsWith(".") && !/[/\\:*?"<>|]|\p{Cc}/u.test(name)

const holdsOther = (path: string, bytes: Uint8Array): boolean => {
  try {
    return !readFileSync(path).equals(bytes)
  } catch (cause) {
    return ["EISDIR", "ERR_FS_FILE_TOO_LARGE"].includes(`${(cause as { code?: string }).code}`) // anything else shows when it is written
  }
}
