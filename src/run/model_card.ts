/** What a checkpoint folder holds, and what may be attached to it. */
import { existsSync, readdirSync, statSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import type { Network } from "../model/encoder.ts"
import { initialsFor, sitesFor, trainedNames } from "../model/single.ts"
import { decoded } from "../plan/chosen.ts"
import {
  type Adapter,
  type Backbone,
  type Checkpoint,
  type CheckpointFolder,
  checkpointAt,
  folderDigest,
  type Place,
  type Role,
  readJson,
  type Site,
  type SiteKind,
  storedTensors,
  vocabularyIn,
} from "../plugin/index.ts"
import { loadPlugin } from "../plugin/load.ts"
import { shipped } from "../plugin/registry.ts"

export interface ModelCard {
  readonly location: string
  /** `model_type` of config.json. */
  readonly modelType: string | null
  /** The backbone plugin that reads it; null where none that ships does. */
  readonly backbone: string | null
  /** Of the network where a plugin reads it, else of all tensors of the files. */
  readonly parameters: number
  readonly shape: Readonly<Record<ShapeName, number | null>>
  readonly weights: {
    readonly files: readonly string[]
    readonly tensors: number
    readonly bytes: number
    /** Tensors of each type, by the names of safetensors. */
    readonly types: Readonly<Record<string, number>>
    /** Tensors that are not part of the network: heads, poolers, buffers. */
    readonly unread: readonly string[]
    /** The same model as graphs, which the backbone `onnx` reads; beside weights in safetensors they are not looked into. */
    readonly exports: readonly string[]
  }
  readonly tokenizer: { readonly kind: string; readonly pieces: number } | null
  readonly sites: readonly SiteGroup[]
  readonly adapters: readonly Fit[]
  /** sha256 over the files. */
  readonly digest: string
}

/** Sites of one role and size. */
export interface SiteGroup {
  readonly role: Role
  readonly kind: SiteKind
  readonly count: number
  readonly in: number
  readonly out: number
}

/** Where an adapter attaches with the options that it has by default. */
export interface Fit {
  readonly adapter: string
  readonly roles: readonly Role[]
  readonly sites: number
  readonly parameters: number
}

/** Sizes, under the keys that config.json has for them on one family or another. */
const SHAPE = {
  layers: ["num_hidden_layers", "n_layers"],
  width: ["hidden_size", "dim"],
  heads: ["num_attention_heads", "n_heads"],
  intermediate: ["intermediate_size", "hidden_dim"],
  positions: ["max_position_embeddings"],
  vocabulary: ["vocab_size"],
} as const
type ShapeName = keyof typeof SHAPE

/** Reads the whole checkpoint, so that what is wrong with it shows. `revision`: of a model of the hub. Rejects with DataError or PluginError. */
export const modelCard = async (location: string, place: Place, revision?: string): Promise<ModelCard> => {
  if (isExport(location, place)) return exportCard(location, place, revision)
  const folder = await folderOf(location, place, revision)
  const config = readJson(join(folder.path, "config.json")) as Readonly<Record<string, unknown>>
  const network = await networkIn(folder, place)
  const { backbone, checkpoint } = network ?? {}
  const vocabulary = vocabularyIn(readJson(join(folder.path, "tokenizer.json")))
  return {
    location,
    modelType: typeof config.model_type === "string" ? config.model_type : null,
    backbone: backbone?.name ?? null,
    shape: shapeOf(config, checkpoint),
    ...weightsOf(folder, checkpoint),
    tokenizer: vocabulary ? { kind: vocabulary.kind, pieces: vocabulary.size } : null,
    sites: groupsOf(checkpoint?.sites ?? []),
    adapters: checkpoint ? await fitsOn(checkpoint.sites) : [],
    digest: folderDigest(folder),
  }
}

/** An `.onnx` file, or a folder whose only weights are in one. */
const isExport = (location: string, { directory }: Place): boolean => {
  if (location.endsWith(".onnx")) return true
  const path = resolve(directory, location)
  if (!existsSync(path) || !statSync(path).isDirectory()) return false
  return !readdirSync(path).some((name) => name.startsWith("model.safetensors")) && exportsIn(path).length > 0
}

const exportsIn = (folder: string): readonly string[] =>
  [".", "onnx"]
    .filter((part) => existsSync(join(folder, part)))
    .flatMap((part) => readdirSync(join(folder, part)).map((name) => join(part, name).replaceAll("\\", "/")))
    .filter((name) => name.endsWith(".onnx"))
    .sort()

/** Of a graph: what its file says, and config.json where an exporter has left one. */
const exportCard = async (location: string, place: Place, revision?: string): Promise<ModelCard> => {
  const backbone = (await loadPlugin("backbone", "onnx")) as Backbone
  const options = { ...(defaults(backbone) as object), ...(revision && { revision }) }
  const checkpoint = await backbone.load(location, options, place)
  const path = resolve(place.directory, location)
  const inFolder = existsSync(path) && statSync(path).isDirectory()
  const folder = inFolder ? path : dirname(path)
  const beside = [folder, dirname(folder)].map((at) => join(at, "config.json")).find((file) => existsSync(file))
  const config = (beside ? readJson(beside) : {}) as Readonly<Record<string, unknown>>
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

/** A checkpoint with the backbone that reads it, with its default options; nothing where none that ships does. Rejects with DataError. */
export const networkAt = async (location: string, place: Place): Promise<Network | undefined> =>
  networkIn(await folderOf(location, place), place)

/** The files of a checkpoint, whatever its family: a folder, one that ships, or one of the hub. Rejects with DataError. */
export const folderOf = (location: string, place: Place, revision?: string): Promise<CheckpointFolder> =>
  checkpointAt(shippedPlace(location, place.directory) ?? location, place, "model", { ...(revision && { revision }) })

const networkIn = async (folder: CheckpointFolder, { directory }: Place): Promise<Network | undefined> => {
  const config = readJson(join(folder.path, "config.json")) as Readonly<Record<string, unknown>>
  const backbone = await backboneFor(config.model_type)
  return backbone && { backbone, checkpoint: await backbone.load(folder.path, defaults(backbone), { directory }) }
}

/** The folder of a checkpoint that ships with a backbone plugin, where there is none of that name beside the command. */
const shippedPlace = (location: string, directory: string): string | undefined =>
  location.includes("..") || existsSync(resolve(directory, location))
    ? undefined
    : shipped("backbone")
        .map(({ file }) => fileURLToPath(new URL(`shipped/${location}`, file)))
        .find((place) => existsSync(place))

const backboneFor = async (modelType: unknown): Promise<Backbone | undefined> => {
  for (const { name } of shipped("backbone")) {
    const plugin = (await loadPlugin("backbone", name)) as Backbone
    if (plugin.modelTypes?.includes(modelType as string)) return plugin
  }
  return undefined
}

const defaults = ({ name, options }: Backbone | Adapter): unknown => decoded(options, {}, `the defaults of ${name}`)

const shapeOf = (config: Readonly<Record<string, unknown>>, checkpoint: Checkpoint | undefined): ModelCard["shape"] => {
  const said = Object.fromEntries(
    Object.entries(SHAPE).map(([name, keys]) => {
      const value = keys.map((key) => config[key]).find((one) => typeof one === "number")
      return [name, value ?? null]
    }),
  ) as Record<ShapeName, number | null>
  return checkpoint ? { ...said, layers: checkpoint.layers, width: checkpoint.width } : said
}

const weightsOf = (
  folder: CheckpointFolder,
  checkpoint: Checkpoint | undefined,
): Pick<ModelCard, "parameters" | "weights"> => {
  const tensors = [...storedTensors(folder).values()]
  const types: Record<string, number> = {}
  for (const { dtype } of tensors) types[dtype] = (types[dtype] ?? 0) + 1
  const elements = tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  return {
    parameters: checkpoint?.parameters ?? elements,
    weights: {
      files: folder.weights,
      tensors: tensors.length,
      bytes: tensors.reduce((sum, { start, end }) => sum + end - start, 0),
      types,
      unread: checkpoint?.unread ?? [],
      exports: exportsIn(folder.path),
    },
  }
}

const groupsOf = (sites: readonly Site[]): readonly SiteGroup[] => {
  const groups = new Map<string, SiteGroup>()
  for (const { role, kind, in: input, out } of sites) {
    const key = `${role} ${input} ${out}`
    groups.set(key, { role, kind, in: input, out, count: (groups.get(key)?.count ?? 0) + 1 })
  }
  return [...groups.values()]
}

const fitsOn = (sites: readonly Site[]): Promise<readonly Fit[]> =>
  Promise.all(
    shipped("adapter").map(async ({ name }) => {
      const adapter = (await loadPlugin("adapter", name)) as Adapter
      const options = defaults(adapter)
      const attached = sitesFor(adapter, options, sites)
      const initials = initialsFor(adapter, options, sites)
      return {
        adapter: name,
        roles: [...new Set(attached.map(({ role }) => role))],
        sites: attached.length,
        parameters: trainedNames(initials).reduce((sum, one) => sum + sizeOf(initials.get(one)?.shape ?? []), 0),
      }
    }),
  )

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
