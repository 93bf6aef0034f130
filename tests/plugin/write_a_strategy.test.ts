/** The page `docs/write_a_strategy.md` is true: its strategies run and pass the kit, its spec checks. */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { fileURLToPath, pathToFileURL } from "node:url"
import { coreOptionNames } from "../../src/plan/options/core_options.ts"
import type { Strategy } from "../../src/plugin/index.ts"
import { loadFile } from "../../src/plugin/load.ts"
import { checkSource } from "../../src/source.ts"
import { testBaseline } from "../../src/testing/index.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))
const page = readFileSync(join(root, "docs/write_a_strategy.md"), "utf8").replaceAll("\r\n", "\n")
const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block]) => block)
const spec = /```l2r\n([\s\S]*?)```/.exec(page)![1]

/** A folder of a stranger's, to which l2r is linked. */
const folder = mkdtempSync(join(tmpdir(), "l2r-write-"))
after(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, "node_modules"))
symlinkSync(root, join(folder, "node_modules", "l2r"), "junction")
writeFileSync(join(folder, "package.json"), '{ "type": "module" }')
const written = (name: string): string => {
  const block = blocks.find((each) => each.includes(`name: "${name}"`)) as string
  writeFileSync(join(folder, `${name}.ts`), block)
  return pathToFileURL(join(folder, `${name}.ts`)).href
}
const names = ["softened", "tethered", "averaged_step"] as const
// Before the first test: some runtimes begin with the tests that they have while a file waits.
const strategies: Strategy[] = []
for (const name of names) strategies.push((await import(written(name))).default)
const [softened, tethered, averaged] = strategies

testBaseline(softened, {}, { neutral: { weight: 0 } })
testBaseline(tethered, {}, { neutral: { strength: 0 } })
testBaseline(averaged)

test("the strategies of the page are whole plugins, its test file tests the first, and its spec is sound", async () => {
  for (const name of names)
    assert.deepEqual(
      (await loadFile(pathToFileURL(join(folder, `${name}.ts`)).href)).map(({ kind, name }) => `${kind} ${name}`),
      [`strategy ${name}`],
    )
  assert.ok(blocks.some((block) => block.includes("testBaseline(softened, {}, { neutral: { weight: 0 } })")))
  const { diagnostics } = await checkSource({ file: "spec.l2r", directory: folder, text: spec })
  assert.deepEqual(
    diagnostics.map(({ code, message }) => `${code} ${message}`),
    [],
  )
  for (const option of coreOptionNames("strategy")) assert.ok(page.includes(`\`${option}\``), option)
})
