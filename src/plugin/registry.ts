/** Plugins that ship are found by their place: `plugins/<folder of the kind>/<name>.ts`, or `<name>/index.ts`. */
import { existsSync, readdirSync } from "node:fs"
import type { PluginKind } from "./definition.ts"

/** The folder of each kind. */
export const folders: Readonly<Record<PluginKind, string>> = {
  adapter: "adapters",
  backbone: "backbones",
  backend: "backends",
  composition: "compositions",
  data: "data",
  grouping: "groupings",
  memory: "memories",
  probe: "probes",
  router: "routers",
  strategy: "strategies",
  transfer: "transfers",
}

export const kinds = Object.keys(folders) as readonly PluginKind[]

export interface Shipped {
  readonly kind: PluginKind
  readonly name: string
  /** URL of the file that defines it. */
  readonly file: string
}

/** ".ts" in a clone, ".js" in what is published. */
const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js"
const root = new URL("../../plugins/", import.meta.url)

/** Every plugin that ships, of one kind or of all, sorted by name; nothing is imported. */
export const shipped = (kind?: PluginKind): readonly Shipped[] => (kind ? [kind] : kinds).flatMap(inFolder)

const inFolder = (kind: PluginKind): readonly Shipped[] => {
  const folder = new URL(`${folders[kind]}/`, root)
  if (!existsSync(folder)) return []
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? [entry.name]
      : entry.name.endsWith(extension) && !/\.(d|test)\.ts$/.test(entry.name)
        ? [entry.name.slice(0, -extension.length)]
        : [],
  )
  return names.sort().flatMap((name) => {
    const file = shippedFile(kind, name)
    return file ? [{ kind, name, file }] : []
  })
}

/** URL of the file that defines a plugin that ships; nothing where there is none of that name. */
export const shippedFile = (kind: PluginKind, name: string): string | undefined => {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) return undefined
  const places = [`${folders[kind]}/${name}${extension}`, `${folders[kind]}/${name}/index${extension}`]
  return places.map((place) => new URL(place, root)).find((file) => existsSync(file))?.href
}
