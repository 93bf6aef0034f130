/** The folder that a checkpoint shall be written to. */
import { accessSync, constants, existsSync } from "node:fs"
import { join, resolve } from "node:path"
import { makeFolder } from "../run/store/write.ts"
import { SourceError } from "../source.ts"

/** Found out before the work, not after it: whether it holds a checkpoint already, and can be written. Throws SourceError. */
export const writableFolder = (folder: string, replace: boolean): void => {
  if (!replace && existsSync(join(folder, "config.json")))
    throw new SourceError(
      `${folder} holds a checkpoint already`,
      "give another folder with --out, or allow it to be overwritten with --replace",
    )
  try {
    makeFolder(resolve(folder))
    accessSync(folder, constants.W_OK)
  } catch (error) {
    throw new SourceError(
      `cannot write to ${folder}: ${(error as Error).message}`,
      "give a folder that can be written with --out",
    )
  }
}
