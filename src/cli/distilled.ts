/** What `l2r distil` does once its settings are sound: loads, distils, writes the checkpoint and how it was made. */
import { join } from "node:path"
import type { Recipe } from "../model/distil.ts"
import { decoded } from "../plan/chosen.ts"
import type { Backbone, BackboneSize, Backend, DataSource } from "../plugin/index.ts"
import { loadPlugin } from "../plugin/load.ts"
import { distilBackbone } from "../run/distil.ts"
import { recipeOf } from "../run/recipe.ts"
import { writeWhole } from "../run/store/write.ts"
import { splitSource } from "./exported.ts"
import { UsageError } from "./verb.ts"

export interface DistilSettings {
  /** Folder of the teacher. */
  readonly location: string
  readonly out: string
  /** Data plugin, perhaps with a location: `wordnet`, `jsonl:FOLDER`. */
  readonly data: string
  /** Backbone plugin of teacher and student. */
  readonly plugin: string
  readonly size: BackboneSize
  readonly recipe: Recipe
  readonly seed: number
  readonly threads: number
  readonly cache: string
}

/** Rejects with UsageError, PluginError or DataError. */
export const distilled = async ({
  location,
  out,
  data,
  plugin,
  size,
  recipe,
  seed,
  threads,
  cache,
}: DistilSettings) => {
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  const backbone = (await loadPlugin("backbone", plugin)) as Backbone
  const teacher = await backbone.load(location, decoded(backbone.options, {}, "the teacher"), {
    directory: process.cwd(),
  })
  const corpus = await corpusOf(data)
  const backend = (await loadPlugin("backend", "onnxruntime")) as Backend
  const engine = await backend.open(decoded(backend.options, { threads }, "the backend"))
  say(`${corpus.texts.length} texts of ${data}`)
  const started = performance.now()
  const made = await distilBackbone({ engine, backbone, teacher, texts: corpus.texts, size, recipe, seed, cache, say })
  const about = recipeOf({
    made,
    teacher,
    location,
    corpus,
    data,
    backbone,
    size,
    recipe,
    seed,
    threads,
    seconds: (performance.now() - started) / 1000,
  })
  const files = { ...(backbone.files?.(made.checkpoint) ?? {}), "recipe.json": `${JSON.stringify(about, null, 2)}\n` }
  for (const [name, content] of Object.entries(files))
    writeWhole(join(out, name), typeof content === "string" ? new TextEncoder().encode(content) : content)
  return { parameters: made.checkpoint.parameters, loss: about.loss, files: Object.keys(files) }
}

const corpusOf = async (text: string) => {
  const { name, location } = splitSource(text)
  const plugin = (await loadPlugin("data", name)) as DataSource
  if (!plugin.corpus) throw new UsageError(`the data plugin ${name} has no texts to distil on: it has no "corpus"`)
  return plugin.corpus(location, decoded(plugin.options, {}, `data "${name}"`), { directory: process.cwd() })
}
