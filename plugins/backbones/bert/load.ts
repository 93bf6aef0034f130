/** Reads a BERT checkpoint folder: config.json, model.safetensors, tokenizer.json. */
import { createHash } from "node:crypto"
import { existsSync, readFileSync, statSync } from "node:fs"
import { isAbsolute, join, resolve } from "node:path"
import {
  type Checkpoint,
  DataError,
  type HostTensor,
  type Place,
  readSafetensors,
  SafetensorsError,
} from "../../../src/plugin/index.ts"
import { ACTIVATIONS } from "./forward.ts"
import { type Named, type Shape, sitesOf, TYPE_EMBEDDINGS, tensorNames } from "./names.ts"

interface Options {
  readonly max_tokens: number
  readonly pooling: "mean" | "cls"
}

const FILES = ["config.json", "model.safetensors", "tokenizer.json"] as const

/** A folder beside the spec, or the name of a backbone that ships. */
const folderOf = (location: string | undefined, place: Place): string => {
  if (!location)
    throw new DataError(
      "a bert backbone needs a folder",
      'write it after the plugin: backbone encoder = bert "gloss-mini"',
    )
  const shipped = join(import.meta.dirname, "shipped", location)
  const folder = isAbsolute(location) ? location : resolve(place.directory, location)
  const found = existsSync(folder) ? folder : !location.includes("..") && existsSync(shipped) ? shipped : undefined
  if (found === undefined)
    throw new DataError(
      `no backbone at "${location}": there is no folder ${folder}, and none of that name ships with l2r`,
      "give the path of a folder with config.json, model.safetensors and tokenizer.json",
    )
  if (!statSync(found).isDirectory())
    throw new DataError(
      `the backbone "${location}" is a file`,
      "name the folder that holds config.json, model.safetensors and tokenizer.json",
    )
  for (const file of FILES)
    if (!existsSync(join(found, file)))
      throw new DataError(
        `the backbone "${location}" lacks ${file}`,
        `its folder ${found} must hold ${FILES.join(", ")}`,
      )
  return found
}

export const fingerprint = async (location: string, _options: Options, place: Place): Promise<string> => {
  const folder = folderOf(location, place)
  const hash = createHash("sha256")
  for (const file of FILES) hash.update(readFileSync(join(folder, file)))
  return hash.digest("hex")
}

export const load = async (location: string, options: Options, place: Place): Promise<Checkpoint> => {
  const folder = folderOf(location, place)
  const config = readJson(join(folder, "config.json")) as Record<string, number | string>
  for (const key of [
    "num_hidden_layers",
    "hidden_size",
    "intermediate_size",
    "vocab_size",
    "max_position_embeddings",
    "num_attention_heads",
  ])
    if (!Number.isInteger(config[key]))
      throw new DataError(
        `config.json of "${location}" lacks the whole number ${key}`,
        "is this a BERT checkpoint? other families have their own backbone plugin",
      )
  if (config.hidden_act !== undefined && !Object.hasOwn(ACTIVATIONS, config.hidden_act))
    throw new DataError(
      `the backbone "${location}" uses the activation ${config.hidden_act}`,
      `this plugin computes ${Object.keys(ACTIVATIONS).join(", ")}`,
    )
  const shape: Shape = {
    layers: Number(config.num_hidden_layers),
    width: Number(config.hidden_size),
    intermediate: Number(config.intermediate_size),
    vocabulary: Number(config.vocab_size),
    positions: Number(config.max_position_embeddings),
  }
  const tokenizer = readJson(join(folder, "tokenizer.json"))
  checkVocabulary(tokenizer, shape, location)
  const weights = readWeights(join(folder, "model.safetensors"), shape, location)
  return {
    config: { ...config, layer_norm_eps: config.layer_norm_eps ?? 1e-12, pooling: options.pooling },
    weights,
    width: shape.width,
    layers: shape.layers,
    sites: sitesOf(shape),
    maxTokens: Math.min(options.max_tokens, shape.positions),
    parameters: Object.values(weights).reduce((sum, { data }) => sum + data.length, 0),
    tokenizer,
    digest: await fingerprint(location, options, place),
  }
}

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, "utf8"))
  } catch (error) {
    throw new DataError(`${path} is not JSON: ${(error as Error).message}`, "fetch or write the checkpoint again")
  }
}

const checkVocabulary = (tokenizer: unknown, shape: Shape, location: string): void => {
  const vocabulary = (tokenizer as { model?: { vocab?: Record<string, number> } })?.model?.vocab
  if (!vocabulary || typeof vocabulary !== "object" || Array.isArray(vocabulary))
    throw new DataError(
      `tokenizer.json of "${location}" holds no WordPiece vocabulary`,
      "a BERT checkpoint brings a tokenizer.json whose model has a vocab",
    )
  const largest = Object.values(vocabulary).reduce((a, b) => Math.max(a, b), -1)
  if (largest >= shape.vocabulary)
    throw new DataError(
      `the tokenizer of "${location}" has ids up to ${largest}, the weights embed ${shape.vocabulary} tokens: they do not belong together`,
      "take tokenizer.json and model.safetensors from the same checkpoint",
    )
}

const readWeights = (path: string, shape: Shape, location: string): Record<string, HostTensor> => {
  let file: Record<string, HostTensor>
  try {
    file = readSafetensors(readFileSync(path)).tensors
  } catch (error) {
    if (error instanceof SafetensorsError)
      throw new DataError(`model.safetensors of "${location}": ${error.message}`, "copy or download the file again")
    throw error
  }
  const prefix = Object.keys(file).some((name) => name.startsWith("bert.")) ? "bert." : ""
  const take = (name: string, expected: readonly number[]): HostTensor => {
    const tensor = file[prefix + name]
    if (!tensor)
      throw new DataError(
        `model.safetensors of "${location}" lacks the tensor ${prefix}${name}`,
        "the file and config.json must describe the same BERT",
      )
    if (tensor.shape.length !== expected.length || tensor.shape.some((n, i) => n !== expected[i]))
      throw new DataError(
        `${prefix}${name} of "${location}" is [${tensor.shape}], config.json asks for [${expected}]`,
        "take config.json and model.safetensors from the same checkpoint",
      )
    return tensor
  }
  const weights: Record<string, HostTensor> = {}
  for (const named of tensorNames(shape)) weights[named.ours] = oriented(take(named.theirs, named.shape), named)
  const types = file[prefix + TYPE_EMBEDDINGS]
  if (types) addRow(weights["embeddings.position"], types, shape.width)
  return weights
}

const oriented = ({ shape, data }: HostTensor, { transposed }: Named): HostTensor => {
  const source = data as Float32Array
  if (!transposed) return { shape, data: source }
  const [out, input] = shape
  const turned = new Float32Array(source.length)
  for (let o = 0; o < out; o++) for (let i = 0; i < input; i++) turned[i * out + o] = source[o * input + i]
  return { shape: [input, out], data: turned }
}

/** All texts are of token type 0: its embedding joins the positions. */
const addRow = (table: HostTensor, row: HostTensor, width: number): void => {
  const data = table.data as Float32Array
  for (let i = 0; i < data.length; i++) data[i] += (row.data as Float32Array)[i % width]
}
