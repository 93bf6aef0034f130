/** The page `docs/write_a_strategy.md` is true: its strategies run and pass the kit, its spec checks. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Strategy } from "../../src/plugin/index.ts"
import { testBaseline } from "../../src/testing/index.ts"
import { assertPlugin, assertSpec, pageOf, strangersFolder, written } from "./page.ts"

const page = pageOf("write_a_strategy")
const blocks = page.blocks("ts")
const folder = strangersFolder()
const files = Object.fromEntries(
  ["softened", "tethered", "averaged_step", "orderly", "by_cosine"].map((name) => [
    name,
    written(folder, name, blocks.find((block) => block.includes(`name: "${name}"`)) as string),
  ]),
)
// Before the first test: some runtimes begin with the tests that they have while a file waits.
const strategies: Strategy[] = []
for (const file of Object.values(files)) strategies.push((await import(file)).default)
const [softened, tethered, averaged, orderly, byCosine] = strategies

testBaseline(softened, {}, { neutral: { weight: 0 } })
testBaseline(tethered, {}, { neutral: { strength: 0 } })
testBaseline(averaged)
testBaseline(orderly, { width: 1 }, { plainAtFirst: false })
testBaseline(byCosine, {}, { plainAtFirst: false })

test("the strategies of the page are whole plugins, its test file tests the first, and its spec is sound", async () => {
  for (const [name, file] of Object.entries(files)) await assertPlugin(file, "strategy", name)
  assert.ok(blocks.some((block) => block.includes("testBaseline(softened, {}, { neutral: { weight: 0 } })")))
  await assertSpec(page, folder, "strategy")
})
