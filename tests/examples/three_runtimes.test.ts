/** Same spec, same processor: Node, Bun and Deno leave the same bytes, whatever was computed where. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { find } from "../../src/cli/runtimes.mjs"

const root = join(import.meta.dirname, "..", "..")
const work = mkdtempSync(join(tmpdir(), "l2r-three-"))
after(() => rmSync(work, { recursive: true, force: true }))

/** Names of objects are digests of their bytes, names of steps are keys: equal names are equal content. */
const left = (store: string) => ({
  steps: readdirSync(join(store, "steps")).sort(),
  objects: readdirSync(join(store, "objects"))
    .flatMap((part) => readdirSync(join(store, "objects", part)))
    .sort(),
})

const runtimes = (["node", "bun", "deno"] as const).flatMap((kind) => {
  const found = find(kind)
  return found ? [{ kind, path: found.path }] : []
})

test("modules, predictions, written texts and scores are the same bytes on every runtime", {
  skip: runtimes.length < 2 && "only one runtime is installed",
}, () => {
  const outcomes = runtimes.map(({ kind, path }) => {
    const [store, out] = [join(work, kind, "store"), join(work, kind, "out")]
    const args = [
      ...(kind === "deno" ? ["run", "-A", "--no-check"] : []),
      join(root, "src", "cli", "main.ts"),
      "run",
      join(root, "tests", "kill", "spec.l2r"),
      "--store",
      store,
      "--out",
      out,
    ]
    const { status, stderr } = spawnSync(path, args, { encoding: "utf8" })
    assert.equal(status, 0, `${kind}: ${stderr}`)
    return { ...left(store), matrix: readFileSync(join(out, "matrix.csv"), "utf8") }
  })
  for (const outcome of outcomes.slice(1)) assert.deepEqual(outcome, outcomes[0])
})
