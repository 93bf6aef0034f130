/** A PEFT folder as its files are: adapter_config.json, adapter_model.safetensors, and the head that l2r writes beside them. */
import { existsSync, readFileSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import {
  checkFinite,
  DataError,
  folderDigest,
  type HostTensor,
  isFile,
  readJson,
  readSafetensors,
  SafetensorsError,
} from "../../plugin/index.ts"

export const CONFIG = "adapter_config.json"
export const WEIGHTS = "adapter_model.safetensors"
/** A torch.nn.Linear on the pooled state of the last layer: `weight` [classes, width] and `bias` [classes]. */
export const HEAD = "head.safetensors"

/** What stands before the names of all modules in adapter_model.safetensors. */
export const ROOT = "base_model.model."

export interface PeftFolder {
  /** As it was named. */
  readonly location: string
  readonly path: string
  readonly config: Readonly<Record<string, unknown>>
  readonly tensors: Readonly<Record<string, HostTensor>>
  /** Of adapter_model.safetensors: what l2r says about where the module comes from. */
  readonly metadata: Readonly<Record<string, string>>
  readonly head?: Filed
}

export interface Filed {
  readonly tensors: Readonly<Record<string, HostTensor>>
  readonly metadata: Readonly<Record<string, string>>
}

/** Throws DataError where there is no such folder, or where a file is missing or damaged. */
export const peftFolder = (location: string, directory: string): PeftFolder => {
  const path = resolve(directory, location)
  if (!existsSync(path) || !statSync(path).isDirectory())
    throw new DataError(
      `there is no folder "${location}" with a module`,
      `give the folder that PEFT's save_pretrained wrote: it holds ${CONFIG} and ${WEIGHTS}`,
    )
  for (const file of [CONFIG, WEIGHTS])
    if (!isFile(join(path, file))) throw new DataError(`the module "${location}" lacks ${file}`, helpFor(path, file))
  const config = readJson(join(path, CONFIG))
  if (typeof config !== "object" || config === null || Array.isArray(config))
    throw new DataError(`${CONFIG} of "${location}" is no JSON object`, "copy or write the folder again")
  const head = isFile(join(path, HEAD)) ? filed(path, HEAD, location) : undefined
  return { location, path, config: config as PeftFolder["config"], ...filed(path, WEIGHTS, location), head }
}

/** sha256 over the files that are read. */
export const peftDigest = (location: string, directory: string): string => {
  const path = resolve(directory, location)
  return folderDigest({ path, files: [CONFIG, WEIGHTS, HEAD].filter((file) => isFile(join(path, file))) })
}

const helpFor = (path: string, file: string): string =>
  file === WEIGHTS && existsSync(join(path, "adapter_model.bin"))
    ? "its folder has adapter_model.bin: load the module in Python and save it once more with save_pretrained, which writes safetensors"
    : `a folder that PEFT's save_pretrained wrote holds ${CONFIG} and ${WEIGHTS}`

const filed = (path: string, file: string, location: string): Filed => {
  try {
    const read = readSafetensors(new Uint8Array(readFileSync(join(path, file))))
    for (const [name, { data }] of Object.entries(read.tensors))
      if (data instanceof Float32Array) checkFinite(data, name, location)
    return read
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error
    throw new DataError(`${file} of "${location}": ${error.message}`, "copy or download the file again")
  }
}
