/** The folder with the config.json that a backbone was read from: that of its checkpoint, or the one beside an exported graph. */
import { existsSync, statSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import type { ChosenBackbone } from "../../plan/stream.ts"
import { DataError } from "../../plugin/index.ts"
import { folderOf } from "../model_card/network.ts"

/** Undefined where there is none. */
export const sourceFolder = async ({ location, directory, options }: ChosenBackbone): Promise<string | undefined> => {
  const path = resolve(directory, location)
  if (existsSync(path)) {
    const folder = statSync(path).isDirectory() ? path : dirname(path)
    return [folder, dirname(folder)].find((one) => isWhole(one))
  }
  try {
    return (await folderOf(location, { directory }, (options as { readonly revision?: string }).revision)).path
  } catch (error) {
    if (error instanceof DataError) return undefined
    throw error
  }
}

const isWhole = (folder: string): boolean =>
  ["config.json", "tokenizer.json"].every((file) => existsSync(join(folder, file)))
