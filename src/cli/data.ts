/** `l2r data export`: the tasks of a stream, or of a data source, as JSON Lines that any program reads. */
import type { Spec } from "../../dsl/index.ts"
import { decoded, PluginShelf } from "../plan/chosen.ts"
import { streamTasks } from "../plan/stream_tasks.ts"
import type { DataSource, Task } from "../plugin/index.ts"
import { loadPlugin } from "../plugin/load.ts"
import { type Export, writeExport } from "../run/export.ts"
import type { Source } from "../source.ts"
import { atPlace, checkedSpec } from "./checked.ts"
import { known } from "./known.ts"
import { UsageError, type Verb } from "./verb.ts"

export default {
  summary: "write the tasks of a stream as JSON Lines",
  usage: "data export SPEC [STREAM] --out DIR [--replace]\n       l2r data export --source PLUGIN[:LOCATION] --out DIR [--replace]",
  words: [1, 3],
  flags: {
    out: { type: "string", what: "folder to write to: a folder a task, each with train.jsonl, validation.jsonl, test.jsonl, task.json" },
    source: { type: "string", what: "a data plugin with its default options instead of a spec: wordnet, or jsonl:FOLDER" },
    replace: { type: "boolean", what: "overwrite files that hold something else" },
  },
  run: async ([what, file, stream], { out, source, replace }) => {
    if (what !== "export") throw new UsageError(`data has one part, export, and no "${what}"`)
    if (typeof out !== "string" || out === "") throw new UsageError("data export needs a folder to write to: --out DIR")
    if ((file === undefined) === (source === undefined)) throw new UsageError("data export needs a spec, or --source PLUGIN[:LOCATION]")
    const exported = typeof source === "string" ? await ofSource(source) : await ofSpec(file, stream)
    if (!exported) return 1
    const { folder, files } = writeExport(exported, out, { replace: replace === true })
    const examples = exported.tasks.reduce((sum, { train, validation, test }) => sum + train.length + validation.length + test.length, 0)
    process.stdout.write(`${exported.tasks.length} tasks, ${examples} examples: ${files.length} files in ${folder}\n`)
    return 0
  },
} satisfies Verb

const ofSource = async (text: string): Promise<Export> => {
  const [name, ...rest] = text.split(":")
  const plugin = (await loadPlugin("data", name)) as DataSource
  const options = decoded(plugin.options, {}, `data "${name}"`)
  const location = rest.length > 0 ? rest.join(":") : undefined
  const place = { directory: process.cwd() }
  return { tasks: await plugin.load(await plugin.tasks(location, options, place), location, options, place), source: text, ...(plugin.notice ? { notice: plugin.notice } : {}) }
}

const ofSpec = async (file: string, stream: string | undefined): Promise<Export | undefined> => {
  const { source, spec } = await checkedSpec(file)
  if (!spec) return undefined
  const names = Object.keys(spec.streams)
  if (stream === undefined && names.length !== 1) throw new UsageError(`name the stream: ${file} has ${names.join(", ") || "none"}`)
  const name = stream ?? names[0]
  if (!Object.hasOwn(spec.streams, name)) throw new UsageError(known("stream", name, names))
  try {
    return await tasksOf(spec, name, source)
  } catch (error) {
    const rest = atPlace(error, source)
    if (rest !== undefined) throw rest
    return undefined
  }
}

/** Each source is read once; tasks come in the order of the stream. */
const tasksOf = async (spec: Spec, name: string, { directory }: Source): Promise<Export> => {
  const { sources, wanted } = await streamTasks(new PluginShelf(spec, directory), spec, spec.streams[name], directory)
  const read = new Map<string, Task>()
  for (const [data, { plugin, chosen }] of sources) {
    const own = wanted.filter((one) => one.data === data).map(({ task }) => task)
    for (const task of await plugin.load(own, spec.data[data].location, chosen.options, { directory })) read.set(task.name, task)
  }
  const notices = [...sources.values()].flatMap(({ plugin }) => (plugin.notice ? [plugin.notice] : []))
  return {
    tasks: wanted.map(({ task }) => read.get(task) as Task),
    source: [...sources].map(([data, { chosen }]) => [chosen.plugin, spec.data[data].location].filter(Boolean).join(":")).join(", "),
    ...(notices.length > 0 ? { notice: notices.join(" ") } : {}),
  }
}
