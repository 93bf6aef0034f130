/** A checkpoint as a folder of files: config.json, tokenizer.json, and model.safetensors or the shards of its index. */
import { createHash } from "node:crypto"
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs"
import { isAbsolute, join, resolve } from "node:path"
import { DataError, type Place } from "./data.ts"
import { hubFolder, isModelId, MAIN } from "./hub/index.ts"

export interface CheckpointFolder {
  /** As the spec names it. */
  readonly location: string
  readonly path: string
  /** Names of the files with weights. */
  readonly weights: readonly string[]
  /** Every file that counts, in the order in which the digest reads them. */
  readonly files: readonly string[]
}

const WEIGHTS = "model.safetensors"
const INDEX = "model.safetensors.index.json"
/** Not read here; it lets others use the same folder. */
const TOKENIZER_CONFIG = "tokenizer_config.json"
const NEEDED = `config.json, ${WEIGHTS}, tokenizer.json`

/** What older tools write in the place of a file. */
const instead: Readonly<Record<string, readonly string[]>> = {
  [WEIGHTS]: ["pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5", "flax_model.msgpack"],
  "tokenizer.json": ["vocab.txt", "vocab.json", "sentencepiece.bpe.model", "spiece.model", "tokenizer.model"],
}

/**
 * A folder beside the spec, or one of those that ship with the plugin (`shipped` is where they lie).
 * Throws DataError where there is none, or where a file is missing.
 */
export const checkpointFolder = (
  location: string | undefined,
  place: Place,
  plugin: string,
  shipped?: string,
): CheckpointFolder => {
  if (!location)
    throw new DataError(
      `a ${plugin} backbone needs a folder`,
      `write it after the plugin: backbone encoder = ${plugin} "${(shipped && readdirSync(shipped).sort()[0]) || "path/of/the/folder"}"`,
    )
  return checkpointIn(folderOf(location, place, shipped), location)
}

/** The files of a folder. Throws DataError where one is missing. */
const checkpointIn = (path: string, location: string): CheckpointFolder => {
  const missing = (file: string) => !isFile(join(path, file))
  const lacks = (file: string, help = helpFor(file, path)) =>
    new DataError(`the backbone "${location}" lacks ${file}`, help)
  if (missing("config.json")) throw lacks("config.json")
  const index = missing(WEIGHTS) && !missing(INDEX) ? INDEX : undefined
  if (!index && missing(WEIGHTS)) throw lacks(WEIGHTS)
  const weights = index ? shardsIn(join(path, index)) : [WEIGHTS]
  for (const shard of weights) if (missing(shard)) throw lacks(shard, `${index} names it: copy or download it again`)
  if (missing("tokenizer.json")) throw lacks("tokenizer.json")
  return { location, path, weights, files: ["config.json", ...(index ? [index] : []), ...weights, "tokenizer.json"] }
}

/**
 * The same, or a model of the Hugging Face hub: of the cache, downloaded where it is not there.
 * Rejects with DataError.
 */
export const checkpointAt = async (
  location: string | undefined,
  place: Place,
  plugin: string,
  { shipped, revision = MAIN }: { readonly shipped?: string; readonly revision?: string } = {},
): Promise<CheckpointFolder> => {
  if (location && isModelId(location) && !isAt(location, place, shipped))
    return checkpointIn(await hubFolder({ id: location, revision }, fromHub(location), place), location)
  const folder = checkpointFolder(location, place, plugin, shipped)
  checkUnpinned(folder.location, revision)
  return folder
}

/** Throws DataError where a revision is asked of what has none. */
export const checkUnpinned = (location: string, revision: string): void => {
  if (revision === MAIN) return
  throw new DataError(
    `the backbone "${location}" is a folder of this machine, which has no revision "${revision}"`,
    "leave `revision` out, or rename the folder: models of the hub are taken where there is no folder of their name",
  )
}

/** What of a repository is needed, and whether a folder has it. */
const fromHub = (location: string): Parameters<typeof hubFolder>[1] => ({
  whole: (folder) => {
    try {
      return checkpointIn(folder, location).weights.length > 0
    } catch {
      return false
    }
  },
  files: (names, folder) => {
    const lacks = (file: string) => {
      const other = instead[file]?.find((name) => names.has(name))
      return new DataError(
        `the model "${location}" of the hub lacks ${file}`,
        other
          ? `it has ${other}: load it in Python and save it with save_pretrained, which writes ${file}, or name a \`revision\` that has it`
          : `a checkpoint has ${NEEDED}; name a \`revision\` that has them, or another model`,
      )
    }
    for (const file of ["config.json", "tokenizer.json"]) if (!names.has(file)) throw lacks(file)
    const index = !names.has(WEIGHTS) && names.has(INDEX)
    if (!index && !names.has(WEIGHTS)) throw lacks(WEIGHTS)
    const shards = index && existsSync(join(folder, INDEX)) ? shardsIn(join(folder, INDEX)) : []
    const lost = shards.find((shard) => !names.has(shard))
    if (lost !== undefined) throw lacks(lost)
    const beside = names.has(TOKENIZER_CONFIG) ? [TOKENIZER_CONFIG] : []
    return ["config.json", "tokenizer.json", ...beside, ...(index ? [INDEX, ...shards] : [WEIGHTS])]
  },
})

/** Whether there is a folder of that name, beside the spec or among those that ship. */
const isAt = (location: string, { directory }: Place, shipped: string | undefined): boolean =>
  existsSync(resolve(directory, location)) || (shipped !== undefined && existsSync(join(shipped, location)))

const folderOf = (location: string, place: Place, shipped: string | undefined): string => {
  const folder = isAbsolute(location) ? location : resolve(place.directory, location)
  const own = shipped && !location.includes("..") ? join(shipped, location) : undefined
  const found = existsSync(folder) ? folder : own && existsSync(own) ? own : undefined
  if (found === undefined)
    throw new DataError(
      `no backbone at "${location}": there is no folder ${folder}, and none of that name ships with l2r`,
      "give the path of a folder with config.json, model.safetensors and tokenizer.json, or a model of the Hugging Face hub as ORG/NAME",
    )
  if (!statSync(found).isDirectory())
    throw new DataError(
      `the backbone "${location}" is a file`,
      "name the folder that holds config.json, model.safetensors and tokenizer.json",
    )
  return found
}

const helpFor = (file: string, path: string): string => {
  const other = instead[file]?.find((name) => existsSync(join(path, name)))
  return other
    ? `its folder has ${other}: load the model in Python and save it once more with save_pretrained, which writes ${file}`
    : `its folder ${path} must hold ${NEEDED}`
}

/** Names of the files that an index spreads the tensors over. Throws DataError. */
const shardsIn = (path: string): readonly string[] => {
  const map = (readJson(path) as { weight_map?: unknown } | null)?.weight_map
  const shards = [...new Set(Object.values(typeof map === "object" && map !== null ? map : {}))].sort()
  if (shards.length === 0 || shards.some((name) => typeof name !== "string" || /[/\\]|^\.{0,2}$/.test(name)))
    throw new DataError(`${path} does not say which file holds which tensor`, "copy or download the checkpoint again")
  return shards as string[]
}

export const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile()

/** The object that a JSON file holds. Throws DataError. */
export const readJsonObject = (path: string): Readonly<Record<string, unknown>> => {
  const value = readJson(path)
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new DataError(`${path} is no JSON object`, "fetch or write the checkpoint again")
}

/** What a JSON file holds. Throws DataError. */
export const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, "utf8"))
  } catch (error) {
    throw new DataError(`${path} is not JSON: ${(error as Error).message}`, "fetch or write the checkpoint again")
  }
}

/** sha256 over the files, piece by piece. */
export const folderDigest = ({ path, files }: Pick<CheckpointFolder, "path" | "files">): string => {
  const hash = createHash("sha256")
  const piece = new Uint8Array(1 << 22)
  for (const file of files) {
    const handle = openSync(join(path, file), "r")
    try {
      for (let read = readSync(handle, piece); read > 0; read = readSync(handle, piece))
        hash.update(piece.subarray(0, read))
    } finally {
      closeSync(handle)
    }
  }
  return hash.digest("hex")
}
