/** The page `docs/write_an_adapter.md` is true: its adapter runs and passes the kit, its roles are those that there are. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { BLOCK_ROLES, LINEAR_ROLES, NORM_ROLES } from "../../src/plugin/index.ts"
import { testAdapter } from "../../src/testing/index.ts"
import { assertPlugin, pageOf, strangersFolder, written } from "./page.ts"

const page = pageOf("write_an_adapter")
const [own, kit] = page.blocks("ts")
const file = written(strangersFolder(), "vera", own)
// Before the first test: some runtimes begin with the tests that they have while a file waits.
const { default: vera } = await import(file)

testAdapter(vera, { rank: 3 })

test("the adapter of the page is a whole plugin, and its test file tests it", async () => {
  await assertPlugin(file, "adapter", "vera")
  assert.ok(kit.includes("testAdapter(vera, { rank: 3 })"))
})

test("the table of kinds has every role", () => {
  for (const [kind, roles] of Object.entries({ linear: LINEAR_ROLES, norm: NORM_ROLES, block: BLOCK_ROLES })) {
    const row = page.text.split("\n").find((line) => line.startsWith(`| \`${kind}\` |`)) as string
    assert.deepEqual(row.split("|")[2].match(/\w+/g), [...roles])
  }
})
