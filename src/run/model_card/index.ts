/** What a checkpoint folder holds, and what may be attached to it. */
import { join } from "node:path"
import { folderDigest, type Place, readJson, readJsonObject, vocabularyIn } from "../../plugin/index.ts"
import type { ModelCard } from "./card.ts"
import { exportCard, isExport } from "./exports.ts"
import { fitsOn } from "./fits.ts"
import { folderOf, networkIn } from "./network.ts"
import { shapeOf } from "./shape.ts"
import { groupsOf } from "./site_groups.ts"
import { weightsOf } from "./weights.ts"

/** Reads the whole checkpoint, so that what is wrong with it shows. `revision`: of a model of the hub. Rejects with DataError or PluginError. */
export const modelCard = async (location: string, place: Place, revision?: string): Promise<ModelCard> => {
  if (isExport(location, place)) return exportCard(location, place, revision)
  const folder = await folderOf(location, place, revision)
  const config = readJsonObject(join(folder.path, "config.json"))
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
