/** The page `docs/write_a_composition.md` is true: its composition runs and passes the kit, its spec checks. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { testComposition } from "../../src/testing/index.ts"
import { assertPlugin, assertSpec, pageOf, strangersFolder, written } from "./page.ts"

const page = pageOf("write_a_composition")
const [own, kit] = page.blocks("ts")
const folder = strangersFolder()
const file = written(folder, "median", own)
// Before the first test: some runtimes begin with the tests that they have while a file waits.
const { default: median } = await import(file)

testComposition(median)
testComposition(median, { on: "factors" })

test("the composition of the page is a whole plugin, its test file tests it, and its spec is sound", async () => {
  await assertPlugin(file, "composition", "median")
  assert.ok(kit.includes("testComposition(median)"))
  await assertSpec(page, folder, "composition")
})
