/**
 * The language for a browser: the modules of `dsl/` as they stand, their types stripped by whatever runtime this is, and the
 * parser's library as the one file that it ships. Nothing is bundled and nothing is fetched from elsewhere.
 */
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import * as nodeModule from "node:module"
import { createRequire } from "node:module"
import { dirname, join, normalize, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { current } from "../cli/runtimes.mjs"

const root = fileURLToPath(new URL("../../", import.meta.url))
const dsl = join(root, "dsl")

/** JavaScript of a module, by its path below the root (`dsl/index.ts`); nothing for any other file. */
export const moduleAt = async (path: string): Promise<string | undefined> => {
  const file = normalize(join(root, path))
  if (!file.startsWith(dsl + sep) || !file.endsWith(".ts") || !existsSync(file)) return undefined
  const known = stripped.get(file)
  if (known !== undefined) return known
  const made = withoutTypes(readFileSync(file, "utf8"), file)
  stripped.set(file, made)
  return made
}

const stripped = new Map<string, string>()

const withoutTypes = (source: string, file: string): string => {
  const { Bun } = globalThis as {
    Bun?: { Transpiler: new (options: object) => { transformSync: (source: string) => string } }
  }
  if (Bun) return new Bun.Transpiler({ loader: "ts", target: "browser" }).transformSync(source)
  // Node strips types itself; Deno has a command for it.
  const strip = (nodeModule as { stripTypeScriptTypes?: (source: string) => string }).stripTypeScriptTypes
  if (current().kind === "node" && strip) return strip(source)
  return execFileSync(current().path, ["transpile", "--no-config", file], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  })
}

/** The parser's library, whole. */
export const chevrotain = (): string => {
  const entry = createRequire(import.meta.url).resolve("chevrotain")
  return readFileSync(join(dirname(entry), "..", "chevrotain.min.mjs"), "utf8")
}
