/**
 * A model of the Hugging Face hub as a folder:
 *   the cache -> else: which commit is the revision -> the files that are wanted, each whole -> the commit's folder
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { DataError, type Place } from "../data.ts"
import { cachedFolders, commitFolder, keepRef } from "./cache.ts"
import { commitOf } from "./commit.ts"
import { download } from "./download.ts"
import { checkRevision } from "./model_id.ts"
import type { Wanted } from "./refusal.ts"
import { type Hub, hubIn } from "./settings.ts"

export { isModelId, MAIN } from "./model_id.ts"

export interface Choosing {
  /** Whether a folder holds all that is needed. */
  readonly whole: (folder: string) => boolean
  /**
   * The files that are needed, out of those of the repository. Asked again when they have come: an index in the folder
   * may name more. Throws DataError where one is not there.
   */
  readonly files: (names: ReadonlySet<string>, folder: string) => readonly string[]
}

/** Rejects with DataError: not in the cache and offline, not found, gated, a revision that is not there, a file that does not come whole. */
export const hubFolder = async (
  wanted: Wanted,
  choosing: Choosing,
  { onDownload }: Pick<Place, "onDownload">,
  hub: Hub = hubIn(),
): Promise<string> => {
  const { id, revision } = wanted
  checkRevision(revision)
  const cached = cachedFolders(hub, id, revision).find((folder) => existsSync(folder) && choosing.whole(folder))
  if (cached) return cached
  if (hub.offline)
    throw new DataError(
      `"${id}" is no folder and none of the models that ship with l2r, and its revision "${revision}" is not in the cache ${hub.cache} of the hub, from which HF_HUB_OFFLINE forbids to download`,
      "unset HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE once, copy the cache from a machine that has it, or give a folder",
    )
  const { commit, files } = await commitOf(wanted, hub)
  const folder = commitFolder(hub, id, commit)
  const names = new Set(files.keys())
  for (;;) {
    const missing = choosing.files(names, folder).filter((file) => !existsSync(join(folder, file)))
    if (missing.length === 0) break
    for (const file of missing)
      await download({ ...wanted, commit, file, facts: files.get(file) ?? {}, to: join(folder, file) }, hub, onDownload)
  }
  keepRef(hub, id, revision, commit)
  onDownload?.({ model: id, commit, revision })
  return folder
}
