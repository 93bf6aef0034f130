/** What every family of checkpoint folders does alike: find, check, read, digest. A family says what its config.json means. */

import { join } from "node:path"
import type { Backbone, Checkpoint, Extent } from "./backbone.ts"
import { checkCharsmap } from "./charsmap.ts"
import { type CheckpointFolder, checkpointAt, folderDigest, readJson, readJsonObject } from "./checkpoint_folder.ts"
import { readWeights } from "./checkpoint_weights.ts"
import { type ConfigFile, configFile } from "./config_file.ts"
import { DataError, type Place } from "./data.ts"
import { optional, PositiveInt, Schema, words } from "./options.ts"
import type { Site } from "./site.ts"
import { vocabularyIn } from "./tokenizing.ts"
import type { WeightSource } from "./weight_sources.ts"

/** A network as a config.json describes it. */
export interface Blueprint {
  /** What the forward pass reads; the family's defaults filled in. */
  readonly config: Checkpoint["config"]
  readonly width: number
  readonly layers: number
  /** Tokens that the weights embed. */
  readonly vocabulary: number
  /** Most tokens of a text. */
  readonly positions: number
  readonly weights: readonly WeightSource[]
  readonly sites: readonly Site[]
}

export interface Family {
  /** The plugin's name. */
  readonly name: string
  /** What `model_type` in config.json may say. */
  readonly modelTypes: readonly string[]
  /** What may stand before the names of tensors, e.g. "bert.", where a head was saved with the network. */
  readonly prefixes: readonly string[]
  /** The folder of checkpoints that ship with the plugin. */
  readonly shipped?: string
  /** Throws DataError where config.json describes no network of this family. */
  readonly blueprint: (config: ConfigFile) => Blueprint
}

/** The options of an encoder. */
export const encoderOptions = {
  max_tokens: optional(PositiveInt, 64, "texts are cut after this many tokens, special tokens included"),
  pooling: optional(
    words("mean", "cls"),
    "mean",
    "what the heads read: the mean over all tokens of the text, or the state of the first one ([CLS])",
  ),
  revision: Schema.optionalKey(
    Schema.String.annotate({
      description:
        "of a model of the Hugging Face hub: a commit, a tag or a branch (main by default). Branches move: write the commit where a run shall be repeated",
    } as never),
  ),
} as const

interface FolderOptions {
  readonly max_tokens: number
  readonly pooling: string
  readonly revision?: string
}

/** What a backbone plugin reads of a folder. */
export type CheckpointReader = Required<Pick<Backbone<FolderOptions>, "load" | "fingerprint" | "extent">>

export const checkpointReader = (family: Family): CheckpointReader => ({
  extent: async (location, options, place) =>
    extentOf(blueprintIn(family, await folderFor(family, location, options, place))),
  fingerprint: async (location, options, place) => folderDigest(await folderFor(family, location, options, place)),
  load: async (location, options, place) => loaded(family, await folderFor(family, location, options, place), options),
})

const folderFor = (
  { name, shipped }: Family,
  location: string,
  { revision }: FolderOptions,
  place: Place,
): Promise<CheckpointFolder> =>
  checkpointAt(location, place, name, { ...(shipped ? { shipped } : {}), ...(revision ? { revision } : {}) })

const blueprintIn = (family: Family, { path, location }: CheckpointFolder): Blueprint => {
  const config = configFile(readJsonObject(join(path, "config.json")), location, family.name)
  checkModelType(config, family)
  return family.blueprint(config)
}

const extentOf = ({ layers, width, weights, sites }: Blueprint): Extent => {
  // Layers that are stored as one are several weights, each with its own rows.
  const count = ({ shape, rows }: WeightSource) =>
    rows ? (rows[1] - rows[0]) * shape.slice(1).reduce((a, b) => a * b, 1) : shape.reduce((a, b) => a * b, 1)
  return {
    layers,
    width,
    parameters: weights.reduce((sum, weight) => sum + (weight.ofHead ? 0 : count(weight)), 0),
    multiplied: sites.reduce((sum, site) => sum + (site.kind === "linear" ? site.in * site.out : 0), 0),
  }
}

const loaded = (family: Family, folder: CheckpointFolder, options: FolderOptions): Checkpoint => {
  const { location } = folder
  const { vocabulary, positions, sites, ...blueprint } = blueprintIn(family, folder)
  const tokenizer = readJson(join(folder.path, "tokenizer.json"))
  checkVocabulary(tokenizer, vocabulary, location)
  checkCharsmap(tokenizer, location)
  const { weights, unread } = readWeights(folder, blueprint.weights, { family: family.name, prefixes: family.prefixes })
  return {
    config: { ...blueprint.config, pooling: options.pooling },
    weights,
    width: blueprint.width,
    layers: blueprint.layers,
    sites,
    maxTokens: Math.min(options.max_tokens, positions),
    positions,
    parameters: Object.values(weights).reduce((sum, { data }) => sum + data.length, 0),
    tokenizer,
    digest: folderDigest(folder),
    unread,
    modules: { at: namesAt(sites, blueprint.weights), prefixes: family.prefixes },
  }
}

/** The module whose weight a site computes with, by the names in the file. */
const namesAt = (sites: readonly Site[], weights: readonly WeightSource[]): Readonly<Record<string, string>> => {
  const whole = weights.filter(({ rows, plusFirstRowOf }) => !rows && !plusFirstRowOf)
  const sources = new Map(whole.map(({ name, from }) => [name, from]))
  return Object.fromEntries(
    sites.flatMap(({ name }) => {
      const from = sources.get(`${name}.weight`)
      return from === undefined ? [] : [[name, from.replace(/\.weight$/, "")]]
    }),
  )
}

const checkModelType = ({ values, location }: ConfigFile, { name, modelTypes }: Family): void => {
  const { model_type: type } = values
  if (type === undefined || modelTypes.includes(type as string)) return
  throw new DataError(
    `config.json of "${location}" says that this is a model of type ${JSON.stringify(type)}; the backbone ${name} reads ${modelTypes.join(", ")}`,
    "`l2r model inspect` and the folder say which backbone plugin reads it",
  )
}

const checkVocabulary = (tokenizer: unknown, embedded: number, location: string): void => {
  const vocabulary = vocabularyIn(tokenizer)
  if (!vocabulary)
    throw new DataError(
      `tokenizer.json of "${location}" holds no vocabulary`,
      "a checkpoint brings a tokenizer.json whose model has a vocab, with a number for each piece",
    )
  if (vocabulary.largestId >= embedded)
    throw new DataError(
      `the tokenizer of "${location}" has ids up to ${vocabulary.largestId}, the weights embed ${embedded} tokens: they do not belong together`,
      "take tokenizer.json and model.safetensors from the same checkpoint",
    )
}
