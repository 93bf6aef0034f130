/**
 * Where the JavaScript runtimes are: the one that runs this file, those that the lock file brings, those on the path.
 *
 * Plain JavaScript that Node 20 can read, since it has to find a newer one. npm's packages `bun` and `deno` carry
 * their programs in packages of the platform and move or link them into place in an install script; scripts may have
 * been skipped, so every place is tried, and a program counts only once it has told its version.
 */
import { spawnSync } from "node:child_process"
import { realpathSync, statSync } from "node:fs"
import { createRequire } from "node:module"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"

/** @typedef {"node" | "bun" | "deno"} Kind */
/** @typedef {{ kind: Kind, path: string, version: string, run: readonly string[] }} Runtime
 * `run` are the arguments that stand before the file to run. */

export const root = fileURLToPath(new URL("../../", import.meta.url))

/** The oldest versions that l2r runs on. @type {Record<Kind, string>} */
export const oldest = { node: "22.19.0", bun: "1.4.0", deno: "2.9.0" }

/** @type {Record<Kind, string>} */
export const title = { node: "Node", bun: "Bun", deno: "Deno" }

/** The runtime that runs this file. @returns {Runtime} */
export function current() {
  const { bun, deno, node } = process.versions
  if (bun !== undefined) return runtime("bun", process.execPath, bun)
  if (deno !== undefined) return runtime("deno", process.execPath, deno)
  return runtime("node", process.execPath, node)
}

/**
 * The runtime of a kind, undefined where none is new enough. Bun and Deno choose themselves where they run this file;
 * otherwise the installed package comes first, then the running program, then the path.
 * @param {Kind} kind
 * @returns {Runtime | undefined}
 */
export function find(kind) {
  const here = current()
  const running = kind === here.kind ? [here.path] : []
  const places = kind === "node" ? [...installed(kind), ...running] : [...running, ...installed(kind)]
  for (const path of [...places, ...onPath(kind)]) {
    const version = same(path, here.path) ? here.version : versionOf(kind, path)
    if (version !== undefined && isRecent(kind, version)) return runtime(kind, path, version)
  }
  return undefined
}

/** Whether a version may run l2r. @param {Kind} kind @param {string} version */
export function isRecent(kind, version) {
  const [a, b] = [version, oldest[kind]].map((text) => text.split(/[.-]/).map(Number))
  return a[0] !== b[0] ? a[0] > b[0] : a[1] !== b[1] ? a[1] > b[1] : a[2] >= b[2]
}

/** Whether two paths name one file. @param {string} a @param {string} b */
export function same(a, b) {
  try {
    return realpathSync(a) === realpathSync(b)
  } catch {
    return a === b
  }
}

/** @param {Kind} kind @param {string} path @param {string} version @returns {Runtime} */
function runtime(kind, path, version) {
  return { kind, path, version, run: kind === "deno" ? ["run", "-A", "--no-lock"] : [] }
}

const exe = process.platform === "win32" ? ".exe" : ""

/** Files that may hold the program in node_modules. @param {Kind} kind @returns {string[]} */
function installed(kind) {
  const { platform, arch } = process
  /** @param {string} name @param {string[]} parts */
  const within = (name, ...parts) => {
    try {
      const manifest = createRequire(join(root, "package.json")).resolve(`${name}/package.json`)
      return [join(manifest, "..", ...parts)]
    } catch {
      return []
    }
  }
  const os = platform === "win32" ? "win" : platform
  if (kind === "node") {
    return [`node-${os}-${arch}`, `node-bin-${os}-${arch}`].flatMap((name) => within(name, "bin", `node${exe}`))
  }
  if (kind === "bun") {
    const name = `@oven/bun-${platform === "win32" ? "windows" : platform}-${arch === "arm64" ? "aarch64" : arch}`
    return [
      ...[name, `${name}-musl`].flatMap((each) => within(each, "bin", `bun${exe}`)),
      ...within("bun", "bin", "bun.exe"),
    ]
  }
  const name = `@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}`
  return [...within(name, `deno${exe}`), ...within("deno", `deno${exe}`)]
}

/** Files of that name on the path. @param {Kind} kind @returns {string[]} */
function onPath(kind) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "")
  return folders.map((folder) => join(folder, kind + exe))
}

/** The version that a program tells, undefined if it is none. @param {Kind} kind @param {string} path */
function versionOf(kind, path) {
  try {
    if (!statSync(path).isFile()) return undefined
  } catch {
    return undefined
  }
  const told = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 20_000 })
  const text = `${told.stdout ?? ""}`
  const found = (kind === "deno" ? /^deno (\d+\.\d+\.\d+)/m : /^v?(\d+\.\d+\.\d+)/).exec(text)
  if (told.status !== 0 || found === null || (kind !== "deno" && /deno/.test(text))) return undefined
  // A `node` on the path may be Bun in disguise (`bun run` puts one there).
  if (kind === "node" && isBun(path)) return undefined
  return found[1]
}

/** @param {string} path */
function isBun(path) {
  const told = spawnSync(path, ["-e", "process.stdout.write(String(process.versions.bun))"], { encoding: "utf8" })
  return told.stdout !== "undefined"
}
