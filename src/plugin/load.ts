/** Loads plugins, only when they are needed: those that ship by kind and name, those of strangers from a file or a package. */
import { existsSync, readFileSync, statSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, isAbsolute, join, resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { stripVTControlCharacters } from "node:util"
import type { Plugin } from "./define.ts"
import type { PluginKind } from "./definition.ts"
import { described } from "./described.ts"
import { shipped, shippedFile } from "./registry.ts"
import { looksLikePlugin, PluginError, validated } from "./validate.ts"

export { PluginError } from "./validate.ts"

/** Imported files by URL. */
const loaded = new Map<string, Promise<readonly Plugin[]>>()

/**
 * A plugin by kind and name: of the file `from` (a URL, see `sourceFile`), or one that ships.
 * Rejects with PluginError: no such plugin, its file throws or exports nothing, a definition that is not whole.
 */
export const loadPlugin = async (kind: PluginKind, name: string, from?: string): Promise<Plugin> => {
  const file = from ?? shippedFile(kind, name)
  if (file === undefined)
    throw new PluginError(
      `there is no ${kind} named "${name}"`,
      `the ${kind} plugins that ship are: ${
        shipped(kind)
          .map((one) => one.name)
          .join(", ") || "none"
      }`,
    )
  const plugins = await loadFile(file)
  const found = plugins.find((plugin) => plugin.kind === kind && plugin.name === name)
  if (found) return found
  throw new PluginError(
    `${fileName(file)} has no ${kind} named "${name}"`,
    `it has: ${plugins.map((plugin) => `${plugin.kind} ${plugin.name}`).join(", ")}`,
  )
}

/** All plugins of a `use` line, whose source is a path ("./x.ts") or a package, seen from the spec's folder. */
export const loadSource = (source: string, directory: string): Promise<readonly Plugin[]> =>
  Promise.resolve().then(() => loadFile(sourceFile(source, directory)))

/** All plugins of a file URL, checked, each once. */
export const loadFile = (file: string): Promise<readonly Plugin[]> => {
  const known = loaded.get(file)
  if (known) return known
  const loading = importPlugins(file)
  loaded.set(file, loading)
  loading.catch(() => loaded.delete(file))
  return loading
}

/** URL of the file that a `use` line names. Throws PluginError where there is none. */
export const sourceFile = (source: string, directory: string): string => {
  if (source.startsWith("file:")) return source
  if (source.trim() === "")
    throw new PluginError(
      "it names no file and no package",
      'write a path such as "./router.ts", or the name of a package',
    )
  const isPath = source.startsWith(".") || isAbsolute(source)
  const path = isPath ? resolve(directory, source) : packageEntry(source, directory)
  if (path === undefined)
    throw new PluginError(
      `the package "${source}" is not installed`,
      `run \`npm install ${source}\` beside the spec; a file is written with a leading "./"`,
    )
  if (!existsSync(path))
    throw new PluginError(
      `there is no plugin file "${source}"`,
      `relative paths start at the folder of the spec; check the name`,
    )
  if (!statSync(path).isFile())
    throw new PluginError(
      `"${source}" is a folder, not a plugin file`,
      `name the file in it, e.g. "${source.replace(/\/$/, "")}/index.ts"`,
    )
  return pathToFileURL(path).href
}

/** The file that `import "name"` gives to a file in `directory`: exports["."] under node, import or default, else module or main. */
const packageEntry = (name: string, directory: string): string | undefined => {
  for (let at = resolve(directory); ; at = dirname(at)) {
    const manifest = join(at, "node_modules", name, "package.json")
    if (existsSync(manifest)) {
      const { exports, module, main } = JSON.parse(readFileSync(manifest, "utf8"))
      const entry = conditional(exports?.["."] ?? exports) ?? module ?? main ?? "index.js"
      return join(dirname(manifest), entry)
    }
    if (at === dirname(at)) return undefined
  }
}

const conditional = (target: unknown): string | undefined => {
  if (typeof target === "string") return target
  if (typeof target !== "object" || target === null) return undefined
  const conditions = target as Record<string, unknown>
  return conditional(conditions.node) ?? conditional(conditions.import) ?? conditional(conditions.default)
}

const importPlugins = async (file: string): Promise<readonly Plugin[]> => {
  const name = fileName(file)
  let module: Record<string, unknown>
  try {
    module = await import(file)
  } catch (cause) {
    throw new PluginError(
      `the plugin file ${name} could not be loaded: ${cause instanceof Error ? inLine(cause.message) : `it throws ${described(cause)}, no Error`}`,
      lacksL2r(file)
        ? `it needs l2r, which is not found from its folder: run \`npm install ${OURS}\` there`
        : "fix the file; `node FILE` shows where it stops",
    )
  }
  const exported = [...new Map(Object.entries(module).map(([as, value]) => [value, as]))].filter(([value]) =>
    looksLikePlugin(value),
  )
  if (exported.length === 0)
    throw new PluginError(
      `the plugin file ${name} exports no plugin`,
      "end it with `export default defineRouter({ ... })`, or the define function of its kind",
    )
  const plugins = exported.map(([value, as]) => validated(value as Record<string, unknown>, `${name}, export ${as},`))
  const seen = new Set<string>()
  for (const { kind, name: own } of plugins) {
    if (seen.has(`${kind} ${own}`))
      throw new PluginError(`${name} defines the ${kind} "${own}" twice`, "rename one of them")
    seen.add(`${kind} ${own}`)
  }
  return plugins
}

/** A message of several lines, in the colours that some runtimes give it, on one. */
const inLine = (message: string): string => stripVTControlCharacters(message).replace(/\s+/g, " ")

/** Where this l2r lies. */
const OURS = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "")

/** Whether a file imports l2r, and it is not found from there. */
const lacksL2r = (file: string): boolean => {
  try {
    if (!/["']l2r(\/\w+)?["']/.test(readFileSync(fileURLToPath(file), "utf8"))) return false
    createRequire(file).resolve("l2r/plugin")
    return false
  } catch {
    return true
  }
}

/** How people know a file: its last two parts. */
const fileName = (file: string): string => fileURLToPath(file).split(/[\\/]/).slice(-2).join("/")
