/** `l2r data export`: the tasks of a stream, or of a data source, as JSON Lines that any program reads. */
import type { Export } from "../run/export.ts"
import { atPlace, checkedSpec } from "./checked.ts"
import { known } from "./known.ts"
import { summaries } from "./summaries.ts"
import { UsageError, type Verb } from "./verb.ts"

export default {
  summary: summaries.data,
  usage:
    "data export SPEC [STREAM] --out DIR [--replace]\n       l2r data export --source PLUGIN[:LOCATION] --out DIR [--replace]",
  words: [1, 3],
  flags: {
    out: {
      type: "string",
      what: "folder to write to: a folder a task, each with train.jsonl, validation.jsonl, test.jsonl, task.json",
    },
    source: {
      type: "string",
      what: "a data plugin with its default options instead of a spec: wordnet, or jsonl:FOLDER",
    },
    replace: { type: "boolean", what: "overwrite files that hold something else" },
  },
  run: async ([what, file, stream], { out, source, replace }) => {
    if (what !== "export") throw new UsageError(`data has one part, export, and no "${what}"`)
    if (typeof out !== "string" || out === "") throw new UsageError("data export needs a folder to write to: --out DIR")
    if ((file === undefined) === (source === undefined))
      throw new UsageError("data export needs a spec, or --source PLUGIN[:LOCATION]")
    const exported =
      typeof source === "string" ? await (await import("./exported.ts")).ofSource(source) : await ofSpec(file, stream)
    if (!exported) return 1
    const { writeExport } = await import("../run/export.ts")
    const { folder, files } = writeExport(exported, out, { replace: replace === true })
    const examples = exported.tasks.reduce(
      (sum, { train, validation, test }) => sum + train.length + validation.length + test.length,
      0,
    )
    const { counted } = await import("../report/number_text.ts")
    process.stdout.write(
      `${counted(exported.tasks.length, "task")}, ${counted(examples, "example")}: ${counted(files.length, "file")} in ${folder}\n`,
    )
    return 0
  },
} satisfies Verb

const ofSpec = async (file: string, stream: string | undefined): Promise<Export | undefined> => {
  const { source, spec } = await checkedSpec(file)
  if (!spec) return undefined
  const names = Object.keys(spec.streams)
  if (stream === undefined && names.length !== 1)
    throw new UsageError(`name the stream: ${file} has ${names.join(", ") || "none"}`)
  const name = stream ?? names[0]
  if (!Object.hasOwn(spec.streams, name)) throw new UsageError(known("stream", name, names))
  try {
    return await (await import("./exported.ts")).ofStream(spec, name, source.directory)
  } catch (error) {
    const rest = atPlace(error, source)
    if (rest !== undefined) throw rest
    return undefined
  }
}
