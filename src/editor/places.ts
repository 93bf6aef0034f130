/** Files and folders that a text of a spec may name. */
import { existsSync, readdirSync } from "node:fs"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import type { PlaceOf } from "../../dsl/editor/index.ts"
import { folders } from "../plugin/registry.ts"

const ENDINGS: Readonly<Record<PlaceOf, RegExp | undefined>> = {
  use: /\.(?:ts|mts|js|mjs)$/,
  import: /\.l2r$/,
  backbone: undefined,
  data: undefined,
}

/** Places seen from a folder, of those that begin with what is written; a folder to go on in ends in `/`. */
export const placesFrom =
  (directory: string) =>
  (of: PlaceOf, written: string): readonly string[] => {
    const above = written.slice(0, written.lastIndexOf("/") + 1)
    const start = above === "" && (of === "use" || of === "import") ? "./" : above
    const at = resolve(directory, above)
    const found = entries(at).flatMap(({ name, folder }) => {
      if (name.startsWith(".") || name === "node_modules") return []
      if (!folder) return ENDINGS[of]?.test(name) ? [`${start}${name}`] : []
      return isWhole(of, join(at, name)) ? [`${start}${name}`] : [`${start}${name}/`]
    })
    const up = above === "" || above.endsWith("../") ? [`${above}../`] : []
    return [...(of === "backbone" && above === "" ? shippedCheckpoints() : []), ...found, ...up]
  }

/** Whether a folder is what was looked for, and not one to go on in. */
const isWhole = (of: PlaceOf, folder: string): boolean => {
  if (of === "backbone") return existsSync(join(folder, "config.json"))
  return of === "data" && entries(folder).some(({ name }) => existsSync(join(folder, name, "train.jsonl")))
}

const entries = (folder: string): readonly { readonly name: string; readonly folder: boolean }[] => {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, folder: entry.isDirectory() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    return []
  }
}

const shippedCheckpoints = (): readonly string[] => {
  const root = fileURLToPath(new URL(`../../plugins/${folders.backbone}/`, import.meta.url))
  return entries(root).flatMap(({ name }) =>
    entries(join(root, name, "shipped"))
      .filter(({ folder }) => folder)
      .map((each) => each.name),
  )
}
