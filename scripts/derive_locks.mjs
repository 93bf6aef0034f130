/**
 * Derives bun.lock and deno.lock from package-lock.json: `npm run locks`, after every change of a dependency.
 *
 * Bun reads package-lock.json itself. Deno resolves anew, so it is given every version of the npm lock as an override,
 * and the overrides are taken out of its lock again. Needs the network (it asks the registry for what Deno records).
 */
import { spawnSync } from "node:child_process"
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { find, root } from "../src/cli/runtimes.mjs"

const folder = mkdtempSync(join(tmpdir(), "l2r-locks-"))
try {
  for (const name of ["package.json", "package-lock.json", ".npmrc"]) copyFileSync(join(root, name), join(folder, name))
  install("bun", ["install", "--lockfile-only"])
  copyFileSync(join(folder, "bun.lock"), join(root, "bun.lock"))

  const manifest = json(join(root, "package.json"))
  const lock = json(join(root, "package-lock.json"))
  writeFileSync(join(folder, "package.json"), JSON.stringify({ ...manifest, overrides: overridesOf(manifest, lock) }))
  for (const name of ["package-lock.json", "bun.lock"]) rmSync(join(folder, name))
  copyFileSync(join(root, "deno.json"), join(folder, "deno.json"))
  install("deno", ["install", "--lockfile-only"])
  const derived = json(join(folder, "deno.lock"))
  delete derived.workspace.packageJson.overrides
  writeFileSync(join(root, "deno.lock"), `${JSON.stringify(derived, null, 2)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** @param {"bun" | "deno"} kind @param {string[]} args */
function install(kind, args) {
  const runtime = find(kind)
  if (runtime === undefined) throw new Error(`${kind} was not found: run \`npm ci\` without --omit=optional`)
  const { status } = spawnSync(runtime.path, args, { cwd: folder, stdio: "inherit" })
  if (status !== 0) throw new Error(`${kind} ${args.join(" ")} ended with ${status}`)
}

/** Versions of everything that is there once and not asked for by us. @param {any} manifest @param {any} lock */
function overridesOf(manifest, lock) {
  const versions = new Map()
  for (const [place, { version }] of Object.entries(lock.packages)) {
    const name = place.split("node_modules/").at(-1)
    if (place !== "") versions.set(name, [...(versions.get(name) ?? []), version])
  }
  const direct = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }
  const single = [...versions].filter(([name, all]) => new Set(all).size === 1 && !(name in direct))
  return Object.fromEntries(single.map(([name, [version]]) => [name, version]))
}

/** @param {string} path */
function json(path) {
  return JSON.parse(readFileSync(path, "utf8"))
}
