/** The page `docs/write_a_transfer.md` is true: its transfer runs and passes the kit, its spec checks. */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { fileURLToPath, pathToFileURL } from "node:url"
import { coreOptionNames } from "../../src/plan/options/core_options.ts"
import { loadFile } from "../../src/plugin/load.ts"
import { checkSource } from "../../src/source.ts"
import { testTransfer } from "../../src/testing/index.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))
const page = readFileSync(join(root, "docs/write_a_transfer.md"), "utf8").replaceAll("\r\n", "\n")
const [own, kit] = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block]) => block)
const spec = /```l2r\n([\s\S]*?)```/.exec(page)![1]

/** A folder of a stranger's, to which l2r is linked. */
const folder = mkdtempSync(join(tmpdir(), "l2r-write-"))
after(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, "node_modules"))
symlinkSync(root, join(folder, "node_modules", "l2r"), "junction")
writeFileSync(join(folder, "package.json"), '{ "type": "module" }')
writeFileSync(join(folder, "by_deviation.ts"), own)
const file = pathToFileURL(join(folder, "by_deviation.ts")).href
// Before the first test: some runtimes begin with the tests that they have while a file waits.
const { default: byDeviation } = await import(file)

testTransfer(byDeviation)

test("the transfer of the page is a whole plugin, its test file tests it, and its spec is sound", async () => {
  assert.deepEqual(
    (await loadFile(file)).map(({ kind, name }) => `${kind} ${name}`),
    ["transfer by_deviation"],
  )
  assert.ok(kit.includes("testTransfer(byDeviation)"))
  const { diagnostics } = await checkSource({ file: "spec.l2r", directory: folder, text: spec })
  assert.deepEqual(
    diagnostics.map(({ code, message }) => `${code} ${message}`),
    [],
  )
  for (const option of coreOptionNames("transfer")) assert.ok(page.includes(`\`${option}\``), option)
})
