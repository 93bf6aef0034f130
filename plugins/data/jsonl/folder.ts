/** The folders of a JSON Lines data set: `<location>/<task>/{train,validation,test}.jsonl`, and perhaps `task.json`. */
import { readdir, readFile, stat } from "node:fs/promises"
import { join, resolve } from "node:path"
import { DataError, type Place } from "../../../src/plugin/index.ts"

/** Files of one task. */
export interface TaskFiles {
  readonly name: string
  readonly folder: string
  readonly train: string
  /** Absent where the task has no validation examples. */
  readonly validation?: string
  readonly test: string
}

const TRAIN = "train.jsonl"
const TEST = "test.jsonl"
const TASK = "task.json"
const VALIDATION = ["validation.jsonl", "val.jsonl"] as const
const LAYOUT =
  "a data set is a folder that holds one folder a task, each with train.jsonl, test.jsonl and perhaps validation.jsonl"

/** The tasks of a data set in the order of their names, numbers by their value. Rejects with DataError. */
export const taskNames = async (location: string | undefined, place: Place): Promise<readonly string[]> => {
  const root = await folderOf(location, place)
  const entries = await readdir(root, { withFileTypes: true })
  const names: string[] = []
  for (const { name } of entries.filter((entry) => !entry.name.startsWith(".")))
    if (await isFile(join(root, name, TRAIN))) names.push(name)
  if (names.length > 0) return names.sort(byNumbers)
  if (await isFile(join(root, TRAIN)))
    throw new DataError(
      `${root} holds ${TRAIN} itself: it is one task, not a data set`,
      `name the folder above it and choose the task in the stream`,
    )
  throw new DataError(`${root} holds no task: none of its folders has a ${TRAIN}`, LAYOUT)
}

/** Files of the named tasks. Rejects with DataError where one is missing. */
export const taskFiles = async (
  tasks: readonly string[],
  location: string | undefined,
  place: Place,
): Promise<readonly TaskFiles[]> => {
  const root = await folderOf(location, place)
  const there = await taskNames(location, place)
  return Promise.all(
    tasks.map(async (name) => {
      if (!there.includes(name))
        throw new DataError(`${root} has no task "${name}"`, `its tasks are ${there.join(", ")}`)
      const folder = join(root, name)
      const validation: string[] = []
      for (const file of VALIDATION) if (await isFile(join(folder, file))) validation.push(join(folder, file))
      if (validation.length > 1)
        throw new DataError(`${folder} has both ${VALIDATION.join(" and ")}`, "keep one of them")
      return { name, folder, train: join(folder, TRAIN), validation: validation[0], test: join(folder, TEST) }
    }),
  )
}

/** Labels that `task.json` lists, in its order; nothing where there is no such file or no such list. Rejects with DataError. */
export const listedLabels = async (folder: string): Promise<readonly string[] | undefined> => {
  const { labels } = (await taskFile(folder, "it may list the labels of the task in their order")) ?? {}
  return Array.isArray(labels) ? labels.map(String) : undefined
}

/** The instruction of a task: a field of its `task.json`; nothing where that says null. Rejects with DataError where there is none. */
export const instructionOf = async (folder: string, field: string): Promise<string | undefined> => {
  const help = `write there {"${field}": "Answer the question."}, or null where the task has none`
  const path = join(folder, TASK)
  const known = await taskFile(folder, "it holds the instruction of the task")
  if (known === undefined) throw new DataError(`there is no file ${path} for the instruction of the task`, help)
  const instruction = Object.hasOwn(known, field) ? known[field] : undefined
  if (instruction === null) return undefined
  if (typeof instruction === "string" && instruction.trim() !== "") return instruction.trim()
  throw new DataError(`${path} has no text "${field}" for the instruction of the task`, help)
}

/** What `task.json` says; nothing where there is no such file. `why`: what it is read for. Rejects with DataError. */
const taskFile = async (folder: string, why: string): Promise<Readonly<Record<string, unknown>> | undefined> => {
  const path = join(folder, TASK)
  if (!(await isFile(path))) return undefined
  try {
    const known: unknown = JSON.parse(await readFile(path, "utf8"))
    return typeof known === "object" && known !== null ? (known as Record<string, unknown>) : {}
  } catch (error) {
    throw new DataError(`${path} is not JSON: ${(error as Error).message}`, `mend or remove it: ${why}`)
  }
}

/** The order of names, in which t2 stands before t10. */
export const byNumbers = (a: string, b: string): number => {
  const [m, n] = [a, b].map((name) => name.replace(/\d+/g, (digits) => digits.padStart(16, "0")))
  return m < n ? -1 : m > n ? 1 : a < b ? -1 : a > b ? 1 : 0
}

const folderOf = async (location: string | undefined, place: Place): Promise<string> => {
  if (location === undefined)
    throw new DataError(
      "jsonl needs the folder of the data set",
      'write it after the plugin: data intents = jsonl "data/banking77"',
    )
  const root = resolve(place.directory, location)
  const found = await stat(root).catch(() => undefined)
  if (found === undefined)
    throw new DataError(`there is no folder ${root}`, "relative paths start at the folder of the spec")
  if (!found.isDirectory()) throw new DataError(`${root} is a file, not a folder`, LAYOUT)
  return root
}

const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isFile() ?? false
