/** A checkpoint wherever it lies, with the backbone that reads it. */
import { existsSync } from "node:fs"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import type { Network } from "../../model/encoder.ts"
import { decoded } from "../../plan/chosen.ts"
import { type Backbone, type CheckpointFolder, checkpointAt, type Place, readJsonObject } from "../../plugin/index.ts"
import { loadPlugin } from "../../plugin/load.ts"
import { shipped } from "../../plugin/registry.ts"

/** A checkpoint with the backbone that reads it, with its default options; nothing where none that ships does. Rejects with DataError. */
export const networkAt = async (location: string, place: Place): Promise<Network | undefined> =>
  networkIn(await folderOf(location, place), place)

/** The files of a checkpoint, whatever its family: a folder, one that ships, or one of the hub. Rejects with DataError. */
export const folderOf = (location: string, place: Place, revision?: string): Promise<CheckpointFolder> =>
  checkpointAt(shippedPlace(location, place.directory) ?? location, place, "model", { ...(revision && { revision }) })

export const networkIn = async (folder: CheckpointFolder, { directory }: Place): Promise<Network | undefined> => {
  const config = readJsonObject(join(folder.path, "config.json"))
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

/** The options that a backbone has where a spec says none. */
export const defaults = ({ name, options }: Backbone): unknown => decoded(options, {}, `the defaults of ${name}`)
