/** Where the files of an exported model lie: the model, what is beside it, and the tokenizer beside it or a folder above. */
import { existsSync, readdirSync, statSync } from "node:fs"
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path"
import { DataError, folderDigest, type Place, readJsonObject } from "../../../src/plugin/index.ts"

export interface ModelPlace {
  /** As the spec names it. */
  readonly location: string
  readonly file: string
  readonly tokenizer: string
  /** config.json, where there is one. */
  readonly config?: string
}

export const MODELS = ["model.onnx", join("onnx", "model.onnx")]

/** A file, or a folder with one. Throws DataError: nothing there, several to choose from, no tokenizer. */
export const modelPlace = (location: string | undefined, place: Place): ModelPlace => {
  if (!location)
    throw new DataError(
      "an onnx backbone needs a file",
      'write it after the plugin: backbone encoder = onnx "path/of/model.onnx"',
    )
  const path = isAbsolute(location) ? location : resolve(place.directory, location)
  if (!existsSync(path))
    throw new DataError(
      `no backbone at "${location}": there is no file ${path}`,
      "give the path of an .onnx file, tokenizer.json beside it, or a model of the Hugging Face hub as ORG/NAME",
    )
  const file = statSync(path).isDirectory() ? fileIn(path, location) : path
  const tokenizer = near(file, "tokenizer.json")
  if (!tokenizer)
    throw new DataError(
      `the backbone "${location}" lacks tokenizer.json`,
      `put it beside ${basename(file)}, or into the folder above: exporters write it there`,
    )
  const config = near(file, "config.json")
  return { location, file, tokenizer, ...(config ? { config } : {}) }
}

const fileIn = (folder: string, location: string): string => {
  const usual = MODELS.map((name) => join(folder, name)).find((path) => existsSync(path))
  if (usual) return usual
  const found = readdirSync(folder).filter((name) => name.endsWith(".onnx"))
  if (found.length === 1) return join(folder, found[0])
  throw new DataError(
    found.length === 0
      ? `the folder "${location}" holds no .onnx file`
      : `the folder "${location}" holds ${found.sort().join(", ")}`,
    found.length === 0 ? "give the path of the file itself" : "name one of them",
  )
}

/** Beside a file, or in the folder above. */
const near = (file: string, name: string): string | undefined =>
  [join(dirname(file), name), join(dirname(dirname(file)), name)].find((path) => existsSync(path))

/** sha256 over the model, what it keeps in other files, and the tokenizer. */
export const digestOf = ({ file, tokenizer }: ModelPlace, external: readonly string[]): string => {
  const path = dirname(file)
  return folderDigest({ path, files: [basename(file), ...[...external].sort(), relative(path, tokenizer)] })
}

/** What config.json says that the graph does not: the token that stands for padding, and how many positions were trained. */
export const hintsIn = ({ config }: ModelPlace): { readonly pad: number; readonly positions: number } => {
  const values = config ? readJsonObject(config) : {}
  const whole = (key: string, otherwise: number) =>
    Number.isInteger(values[key]) ? (values[key] as number) : otherwise
  return { pad: whole("pad_token_id", 0), positions: whole("max_position_embeddings", Number.POSITIVE_INFINITY) }
}
