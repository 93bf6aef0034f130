/**
 * Digests of code: a source file together with everything that it imports, transitively, ours and strangers' alike.
 * Relative imports and those of one's own package count by content, packages by name and version, `node:` modules and `import type` not at all.
 * Absolute paths do not count, so that a clone elsewhere gives the same keys.
 * What a file reads or imports under a computed name is not seen.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { dirname, join, relative, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { sha256 } from "./key.ts"

interface Source {
  readonly stamp: string
  readonly digest: string
  readonly imports: readonly string[]
}

/** Read sources by path; a changed file (time or size) is read again. */
const sources = new Map<string, Source>()
const packages = new Map<string, string>()

const importing =
  /(?:^|[;}\n])\s*(?:import|export)\s+(?!type\b)(?:[\w$*{}\s,]*?\bfrom\s*)?["']([^"'\n]+)["']|\bimport\s*\(\s*["']([^"'\n]+)["']/g

const sourceAt = (path: string): Source => {
  const { mtimeMs, size } = statSync(path)
  const stamp = `${mtimeMs} ${size}`
  const known = sources.get(path)
  if (known?.stamp === stamp) return known
  const content = readFileSync(path)
  const isCode = /\.[cm]?[jt]sx?$/.test(path)
  const imports = isCode
    ? [...content.toString("utf8").matchAll(importing)].map(([, plain, dynamic]) => plain ?? dynamic)
    : []
  const source = { stamp, digest: sha256(content), imports: [...new Set(imports)] }
  sources.set(path, source)
  return source
}

/** "name@version" of the package that a file in `directory` gets for a bare specifier. */
export const packageVersion = (specifier: string, directory: string): string => {
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")
  const id = `${directory} ${name}`
  const known = packages.get(id)
  if (known) return known
  for (let at = directory; ; at = dirname(at)) {
    const manifest = join(at, "node_modules", name, "package.json")
    if (existsSync(manifest)) {
      const found = `${name}@${JSON.parse(readFileSync(manifest, "utf8")).version}`
      packages.set(id, found)
      return found
    }
    if (at === dirname(at)) return `${name}@missing`
  }
}

/** The file that a bare specifier names where it names the importer's own package (`l2r/plugin` inside l2r). */
const ownFile = (specifier: string, directory: string): string | undefined => {
  for (let at = directory; ; at = dirname(at)) {
    const manifest = join(at, "package.json")
    if (existsSync(manifest)) {
      const { name, exports } = JSON.parse(readFileSync(manifest, "utf8"))
      const [own, subpath] = [
        typeof name === "string" && (specifier === name || specifier.startsWith(`${name}/`)),
        `.${specifier.slice(name?.length)}`,
      ]
      const target = own ? exports?.[subpath] : undefined
      return typeof target === "string" ? join(at, target) : undefined
    }
    if (at === dirname(at)) return undefined
  }
}

const pathOf = (file: string | URL): string => {
  if (file instanceof URL) return fileURLToPath(file)
  return file.startsWith("file:") ? fileURLToPath(file) : resolve(file)
}

/** Digest of a source file and of what it imports. A path, or a file URL. */
export const codeDigest = (file: string | URL): string => closureDigest([pathOf(file)], dirname(pathOf(file)))

/** Digest of all code files below a folder and of what they import from outside it. */
export const folderDigest = (folder: string | URL): string => closureDigest(codeBelow(pathOf(folder)), pathOf(folder))

/** Digest of one of our own rooms, e.g. `roomDigest("tensor")`. */
export const roomDigest = (room: "tensor" | "model" | "learning" | "plugin"): string =>
  folderDigest(new URL(`../${room}/`, import.meta.url))

const codeBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return codeBelow(path)
    return /\.[cm]?[jt]sx?$/.test(entry.name) && !entry.name.startsWith(".") && !entry.name.endsWith(".d.ts")
      ? [path]
      : []
  })

const closureDigest = (entries: readonly string[], root: string): string => {
  const lines = new Set<string>()
  const seen = new Set(entries)
  const waiting = [...entries]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const { digest, imports } = sourceAt(path)
    lines.add(`${relative(root, path).split(sep).join("/")} ${digest}`)
    for (const specifier of imports) {
      if (specifier.startsWith("node:")) continue
      const bare = !/^(\.|\/|file:)/.test(specifier)
      const own = bare ? ownFile(specifier, dirname(path)) : undefined
      if (bare && !own) lines.add(packageVersion(specifier, dirname(path)))
      else {
        const target = own ?? (specifier.startsWith("file:") ? pathOf(specifier) : resolve(dirname(path), specifier))
        if (seen.has(target)) continue
        seen.add(target)
        if (existsSync(target) && statSync(target).isFile()) waiting.push(target)
        else lines.add(`${specifier} missing`)
      }
    }
  }
  return sha256([...lines].sort().join("\n"))
}
