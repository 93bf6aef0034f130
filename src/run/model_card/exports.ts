/** What a graph in an `.onnx` file is. */
import { existsSync, readdirSync, statSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import { type Backbone, type Place, readJsonObject, vocabularyIn } from "../../plugin/index.ts"
import { loadPlugin } from "../../plugin/load.ts"
import type { ModelCard } from "./card.ts"
import { exportsIn } from "./export_files.ts"
import { fitsOn } from "./fits.ts"
import { defaults } from "./network.ts"
import { shapeOf } from "./shape.ts"
import { groupsOf } from "./site_groups.ts"

/** An `.onnx` file, or a folder whose only weights are in one. */
export const isExport = (location: string, { directory }: Place): boolean => {
  if (location.endsWith(".onnx")) return true
  const path = resolve(directory, location)
  if (!existsSync(path) || !statSync(path).isDirectory()) return false
  return !readdirSync(path).some((name) => name.startsWith("model.safetensors")) && exportsIn(path).length > 0
}

/** Of a graph: what its file says, and config.json where an exporter has left one. */
export const exportCard = async (location: string, place: Place, revision?: string): Promise<ModelCard> => {
  const backbone = (await loadPlugin("backbone", "onnx")) as Backbone
  const options = { ...(defaults(backbone) as object), ...(revision && { revision }) }
  const checkpoint = await backbone.load(location, options, place)
  const path = resolve(place.directory, location)
  const inFolder = existsSync(path) && statSync(path).isDirectory()
  const folder = inFolder ? path : dirname(path)
  const beside = [folder, dirname(folder)].map((at) => join(at, "config.json")).find((file) => existsSync(file))
  const config = beside ? readJsonObject(beside) : {}
  const vocabulary = vocabularyIn(checkpoint.tokenizer)
  const tensors = Object.values(checkpoint.weights)
  const files = inFolder ? exportsIn(path) : [basename(path)]
  return {
    location,
    modelType: typeof config.model_type === "string" ? config.model_type : null,
    backbone: backbone.name,
    shape: shapeOf(config, checkpoint),
    parameters: checkpoint.parameters,
    weights: {
      files,
      tensors: tensors.length,
      bytes: tensors.reduce((sum, { data }) => sum + data.byteLength, 0),
      types: { F32: tensors.length },
      unread: [],
      exports: files,
    },
    tokenizer: vocabulary ? { kind: vocabulary.kind, pieces: vocabulary.size } : null,
    sites: groupsOf(checkpoint.sites),
    adapters: await fitsOn(checkpoint.sites),
    digest: checkpoint.digest,
  }
}
