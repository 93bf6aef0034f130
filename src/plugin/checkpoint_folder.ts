/** A checkpoint as a folder of files: config.json, tokenizer.json, and model.safetensors or the shards of its index. */
import { createHash } from "node:crypto"
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs"
import { isAbsolute, join, resolve } from "node:path"
import { DataError, type Place } from "./data.ts"

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
  const path = folderOf(location, place, shipped)
  const missing = (file: string) => !existsSync(join(path, file))
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

const folderOf = (location: string, place: Place, shipped: string | undefined): string => {
  const folder = isAbsolute(location) ? location : resolve(place.directory, location)
  const own = shipped && !location.includes("..") ? join(shipped, location) : undefined
  const found = existsSync(folder) ? folder : own && existsSync(own) ? own : undefined
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
  if (shards.length === 0 || shards.some((name) => typeof name !== "string" || /[/\\]|^\.\.?$/.test(name)))
    throw new DataError(`${path} does not say which file holds which tensor`, "copy or download the checkpoint again")
  return shards as string[]
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
