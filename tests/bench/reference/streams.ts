/**
 * Streams that both programs read: folders of JSON Lines, copied so that both see the very same lines, cut where a cap is given.
 * Test texts whose label no training text has are left out, as the reference does.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { basename, join, resolve } from "node:path"
import wordnet from "../../../plugins/data/wordnet/index.ts"
import { writeExport } from "../../../src/run/export.ts"
import { decodedDefaults } from "./defaults.ts"

export interface Caps {
  /** Training and test texts of a task; 0: all. */
  readonly train: number
  readonly test: number
}

export interface Stream {
  readonly name: string
  readonly folder: string
  /** In the order of the reference: by code points. */
  readonly tasks: readonly string[]
  readonly train: number
  readonly test: number
}

/** `name` is "wordnet", which is exported first, or a folder of JSON Lines. */
export const prepare = async (name: string, caps: Caps, cache: string): Promise<Stream> => {
  const from = name === "wordnet" ? await exportWordnet(join(cache, "wordnet")) : resolve(name)
  const tasks = readdirSync(from)
    .filter((task) => existsSync(join(from, task, "train.jsonl")))
    .sort()
  if (tasks.length === 0) throw new Error(`${from} holds no folder with a train.jsonl`)
  const folder = join(cache, `${basename(from)}-${caps.train || "all"}-${caps.test || "all"}`)
  const counts = tasks.map((task) => copyTask(join(from, task), join(folder, task), caps))
  return {
    name: basename(from),
    folder,
    tasks,
    train: sum(counts.map(({ train }) => train)),
    test: sum(counts.map(({ test }) => test)),
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

const exportWordnet = async (folder: string): Promise<string> => {
  const options = decodedDefaults(wordnet.options)
  const place = { directory: folder }
  const tasks = await wordnet.load(await wordnet.tasks(undefined, options, place), undefined, options, place)
  return writeExport({ tasks, source: "wordnet" }, folder, { replace: true }).folder
}

const copyTask = (from: string, to: string, caps: Caps): { readonly train: number; readonly test: number } => {
  const train = every(rows(join(from, "train.jsonl")), caps.train)
  const labels = new Set(train.map(({ label }) => label))
  const test = every(
    rows(join(from, "test.jsonl")).filter(({ label }) => labels.has(label)),
    caps.test,
  )
  mkdirSync(to, { recursive: true })
  writeFileSync(join(to, "train.jsonl"), lines(train))
  writeFileSync(join(to, "test.jsonl"), lines(test))
  return { train: train.length, test: test.length }
}

interface Line {
  readonly text: string
  readonly label: string
}

const rows = (file: string): readonly Line[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const { text, label } = JSON.parse(line)
      return { text, label: String(label) }
    })

const lines = (all: readonly Line[]): string => all.map((line) => `${JSON.stringify(line)}\n`).join("")

/** `count` of them at even distances. */
const every = <T>(all: readonly T[], count: number): readonly T[] =>
  count === 0 || count >= all.length
    ? all
    : Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)])
