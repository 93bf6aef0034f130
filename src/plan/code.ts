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
  /** Files that it imports, by how it names them. */
  readonly files: readonly (readonly [specifier: string, path: string])[]
  /** Packages that it imports, with their versions. */
  readonly packages: readonly string[]
}

/** Read sources by path; a changed file (time or size) is read again. */
const sources = new Map<string, Source>()
const packages = new Map<string, string>()

const importing =
  /(?:^|[;}\n])\s*(?:import|export)\s+(?!type\b)(?:[\w$*{}\s,]*?\bfrom\s*)?["']([^"'\n]+)["']|\bimport\s*\(\s*["']([^"'\n]+)["']/g

/** Undefined where there is no such file. */
const sourceAt = (path: string): Source | undefined => {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found?.isFile()) return undefined
  const stamp = `${found.mtimeMs} ${found.size}`
  const known = sources.get(path)
  if (known?.stamp === stamp) return known
  const content = readFileSync(path)
  const isCode = /\.[cm]?[jt]sx?$/.test(path)
  const imports = isCode
    ? [...content.toString("utf8").matchAll(importing)].map(([, plain, dynamic]) => plain ?? dynamic)
    : []
  const source = { stamp, digest: sha256(content), ...resolved(new Set(imports), dirname(path)) }
  sources.set(path, source)
  return source
}

const resolved = (specifiers: ReadonlySet<string>, directory: string): Pick<Source, "files" | "packages"> => {
  const files: (readonly [string, string])[] = []
  const packages: string[] = []
  for (const specifier of specifiers) {
    if (specifier.startsWith("node:")) continue
    const bare = !/^(\.|\/|file:)/.test(specifier)
    const own = bare ? ownFile(specifier, directory) : undefined
    if (bare && !own) packages.push(packageVersion(specifier, directory))
    else
      files.push([
        specifier,
        own ?? (specifier.startsWith("file:") ? pathOf(specifier) : resolve(directory, specifier)),
      ])
  }
  return { files, packages }
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

interface OwnPackage {
  readonly at: string
  readonly name?: unknown
  readonly exports?: Readonly<Record<string, unknown>>
}

/** The packages that files belong to, by folder. */
const owners = new Map<string, OwnPackage | undefined>()

const ownerOf = (directory: string): OwnPackage | undefined => {
  if (owners.has(directory)) return owners.get(directory)
  const manifest = join(directory, "package.json")
  const above = dirname(directory)
  const found = existsSync(manifest)
    ? { ...JSON.parse(readFileSync(manifest, "utf8")), at: directory }
    : above === directory
      ? undefined
      : ownerOf(above)
  owners.set(directory, found)
  return found
}

/** The file that a bare specifier names where it names the importer's own package (`l2r/plugin` inside l2r). */
const ownFile = (specifier: string, directory: string): string | undefined => {
  const owner = ownerOf(directory)
  if (typeof owner?.name !== "string") return undefined
  if (specifier !== owner.name && !specifier.startsWith(`${owner.name}/`)) return undefined
  const target = owner.exports?.[`.${specifier.slice(owner.name.length)}`]
  return typeof target === "string" ? join(owner.at, target) : undefined
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
  const waiting = entries.map((path) => [path, path] as const)
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [specifier, path] = next
    const source = sourceAt(path)
    if (source === undefined) {
      lines.add(`${specifier} missing`)
      continue
    }
    lines.add(`${relative(root, path).split(sep).join("/")} ${source.digest}`)
    for (const line of source.packages) lines.add(line)
    for (const file of source.files) {
      if (seen.has(file[1])) continue
      seen.add(file[1])
      waiting.push(file)
    }
  }
  return sha256([...lines].sort().join("\n"))
}
