/** An exported model on this machine, or one of the Hugging Face hub: `ORG/NAME`, or `ORG/NAME/onnx/other.onnx` for one of its files. */
import { existsSync } from "node:fs"
import { join, posix, resolve } from "node:path"
import { checkUnpinned, DataError, hubFolder, isModelId, MAIN, type Place } from "../../../src/plugin/index.ts"
import { MODELS, type ModelPlace, modelPlace } from "./place.ts"

/** Rejects with DataError. */
export const modelAt = async (
  location: string | undefined,
  { revision = MAIN }: { readonly revision?: string },
  place: Place,
): Promise<ModelPlace> => {
  const found = location && !existsSync(resolve(place.directory, location)) ? named(location) : undefined
  if (!location || !found) {
    const local = modelPlace(location, place)
    checkUnpinned(local.location, revision)
    return local
  }
  const [id, file] = found
  const models = file ? [file] : MODELS.map((name) => name.replaceAll("\\", "/"))
  const model = (has: (name: string) => boolean) => models.find(has)
  const folder = await hubFolder(
    { id, revision },
    {
      whole: (at) =>
        ["tokenizer.json", model((name) => existsSync(join(at, name)))].every(
          (name) => name !== undefined && existsSync(join(at, name)),
        ),
      files: (names) => {
        const chosen = model((name) => names.has(name))
        const lacking =
          chosen === undefined ? models.join(" or ") : names.has("tokenizer.json") ? undefined : "tokenizer.json"
        if (chosen === undefined || lacking !== undefined)
          throw new DataError(`the model "${id}" of the hub lacks ${lacking}`, helpFor(id, names))
        const beside = ["config.json", "tokenizer_config.json"].filter((name) => names.has(name))
        return ["tokenizer.json", ...beside, ...externalOf(chosen, names), chosen]
      },
    },
    place,
  )
  const at = model((name) => existsSync(join(folder, name))) as string
  return { ...modelPlace(join(folder, at), place), location }
}

/** The model and, where the location goes on, the file in it. */
const named = (location: string): readonly [string, string | undefined] | undefined => {
  const [, id, file] = /^([^/]+\/[^/]+)(?:\/(.+\.onnx))?$/.exec(location) ?? []
  return id !== undefined && isModelId(id) && !/(^|\/)\.\.?(\/|$)/.test(file ?? "") ? [id, file] : undefined
}

/** The weights that exporters write into files of their own: model.onnx_data, model.onnx_data_1, model.onnx.data. */
const externalOf = (model: string, names: ReadonlySet<string>): readonly string[] =>
  [...names].filter(
    (name) =>
      posix.dirname(name) === posix.dirname(model) &&
      /^[._]data/.test(name.slice(model.length)) &&
      name.startsWith(model),
  )

const helpFor = (id: string, names: ReadonlySet<string>): string => {
  const others = [...names].filter((name) => name.endsWith(".onnx")).sort()
  if (others.length > 0) return `it has ${others.slice(0, 8).join(", ")}: name one as "${id}/${others[0]}"`
  return names.has("model.safetensors")
    ? "it has model.safetensors: `l2r model inspect` says which backbone reads it"
    : "name a model with onnx/model.onnx and tokenizer.json, or a `revision` that has them"
}
