/** The bundle: it answers as the sources do, and is left alone as soon as one of them is another. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { verbs as bundledVerbs } from "../../scripts/write_bundle.mjs"
import { bundled } from "../../src/cli/bundle.mjs"
import { current, find, root } from "../../src/cli/runtimes.mjs"

const bun = find("bun")
const skip = bun ? false : "Bun, which makes the bundle, was not found"
const { path, run } = current()
const started = (file: string, args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(path, [...run, file, ...args], { encoding: "utf8", cwd: root })
  return { status, stdout, stderr: stderr.replace(/\(node:\d+\).*\n.*\n/g, "") }
}

test("the bundle answers as the sources do", { skip }, () => {
  // Below the root, where packages are found.
  mkdirSync(join(root, ".l2r"), { recursive: true })
  const folder = mkdtempSync(join(root, ".l2r", "bundle-"))
  try {
    const made = spawnSync(bun!.path, [join(root, "scripts", "write_bundle.mjs"), folder], { encoding: "utf8" })
    assert.equal(made.status, 0, made.stderr)
    const main = bundled(root, "check", folder)
    assert.equal(main, join(folder, "l2r.mjs"))
    for (const verb of bundledVerbs) assert.equal(bundled(root, verb, folder), main)
    assert.equal(bundled(root, undefined, folder), main)
    assert.equal(bundled(root, "run", folder), undefined)

    const broken = join(folder, "broken.l2r")
    writeFileSync(broken, "language 1\nadapter low = lora { rnak: 8 }\n")
    // A plugin of a `use` line is loaded from the sources by the bundle too.
    const own = join("examples", "02_own_router", "spec.l2r")
    for (const args of [
      ["check", broken, "--format", "json"],
      ["check", own],
      ["explain", "L2R0401"],
    ])
      assert.deepEqual(started(main!, args), started(join(root, "src", "cli", "main.ts"), args), args.join(" "))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test("a bundle is not used when a source is newer, longer or gone, or the bundle is cut off", () => {
  const folder = mkdtempSync(join(tmpdir(), "l2r-fresh-"))
  try {
    mkdirSync(join(folder, "dist"))
    const source = join(folder, "a.ts")
    copyFileSync(join(root, "LICENSE"), source)
    const { length } = readFileSync(source)
    const written = (sources: readonly (readonly [string, number, number])[]) => {
      writeFileSync(join(folder, "dist", "l2r.json"), JSON.stringify({ verbs: ["check"], sources }))
      return bundled(folder, "check") !== undefined
    }
    const later = Date.now() + 60_000
    assert.equal(written([["a.ts", length, later]]), true)
    assert.equal(written([["a.ts", length + 1, later]]), false)
    assert.equal(written([["a.ts", length, 0]]), false)
    assert.equal(written([["b.ts", length, later]]), false)
    writeFileSync(join(folder, "dist", "l2r.json"), '{ "verbs": ["check"')
    assert.equal(bundled(folder, "check"), undefined)
    rmSync(join(folder, "dist"), { recursive: true })
    assert.equal(bundled(folder, "check"), undefined)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
