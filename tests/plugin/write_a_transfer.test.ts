/** The page `docs/write_a_transfer.md` is true: its transfer runs and passes the kit, its spec checks. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { testTransfer } from "../../src/testing/index.ts"
import { assertPlugin, assertSpec, pageOf, strangersFolder, written } from "./page.ts"

const page = pageOf("write_a_transfer")
const [own, kit] = page.blocks("ts")
const folder = strangersFolder()
const file = written(folder, "by_deviation", own)
// Before the first test: some runtimes begin with the tests that they have while a file waits.
const { default: byDeviation } = await import(file)

testTransfer(byDeviation)

test("the transfer of the page is a whole plugin, its test file tests it, and its spec is sound", async () => {
  await assertPlugin(file, "transfer", "by_deviation")
  assert.ok(kit.includes("testTransfer(byDeviation)"))
  await assertSpec(page, folder, "transfer")
})
