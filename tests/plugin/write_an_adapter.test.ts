/** The page `docs/write_an_adapter.md` is true: its adapter runs and passes the kit, its roles are those that there are. */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { fileURLToPath, pathToFileURL } from "node:url"
import { BLOCK_ROLES, LINEAR_ROLES, NORM_ROLES } from "../../src/plugin/index.ts"
import { loadFile } from "../../src/plugin/load.ts"
import { testAdapter } from "../../src/testing/index.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))
const page = readFileSync(join(root, "docs/write_an_adapter.md"), "utf8").replaceAll("\r\n", "\n")
const [own, kit] = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block]) => block)

/** A folder of a stranger's, to which l2r is linked. */
const folder = mkdtempSync(join(tmpdir(), "l2r-write-"))
after(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, "node_modules"))
symlinkSync(root, join(folder, "node_modules", "l2r"), "junction")
writeFileSync(join(folder, "package.json"), '{ "type": "module" }')
writeFileSync(join(folder, "vera.ts"), own)
const file = pathToFileURL(join(folder, "vera.ts")).href
// Before the first test: some runtimes begin with the tests that they have while a file waits.
const { default: vera } = await import(file)

testAdapter(vera, { rank: 3 })

test("the adapter of the page is a whole plugin, and its test file tests it", async () => {
  assert.deepEqual(
    (await loadFile(file)).map(({ kind, name }) => `${kind} ${name}`),
    ["adapter vera"],
  )
  assert.ok(kit.includes("testAdapter(vera, { rank: 3 })"))
})

test("the table of kinds has every role", () => {
  for (const [kind, roles] of Object.entries({ linear: LINEAR_ROLES, norm: NORM_ROLES, block: BLOCK_ROLES })) {
    const row = page.split("\n").find((line) => line.startsWith(`| \`${kind}\` |`)) as string
    assert.deepEqual(row.split("|")[2].match(/\w+/g), [...roles])
  }
})
