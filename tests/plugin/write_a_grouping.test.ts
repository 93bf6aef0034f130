/** The page `docs/write_a_grouping.md` is true: its grouping runs and passes the kit, its spec checks. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { testGrouping } from "../../src/testing/index.ts"
import { assertPlugin, assertSpec, pageOf, strangersFolder, written } from "./page.ts"

const page = pageOf("write_a_grouping")
const [own, kit] = page.blocks("ts")
const folder = strangersFolder()
const file = written(folder, "linkage", own)
// Before the first test: some runtimes begin with the tests that they have while a file waits.
const { default: linkage } = await import(file)

testGrouping(linkage, { groups: 3 }, { one: { groups: 1 }, each: { groups: 3 } })

test("the grouping of the page is a whole plugin, its test file tests it, and its spec is sound", async () => {
  await assertPlugin(file, "grouping", "linkage")
  assert.ok(kit.includes("testGrouping(linkage"))
  await assertSpec(page, folder, "grouping")
})
