import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import type { Vocabulary } from "../../dsl/vocabulary.ts"
import { pluginsPage, pluginsPageFile, shippedPluginsPage } from "../../src/plan/write_plugins_page.ts"

const page = readFileSync(pluginsPageFile, "utf8").replaceAll("\r\n", "\n")

test("docs/plugins.md is that of the plugins that ship (else run src/plan/write_plugins_page.ts)", async () => {
  assert.equal(page, await shippedPluginsPage())
})

test("every plugin has its section, and every option its row with type and default", () => {
  const { kinds }: Vocabulary = JSON.parse(readFileSync(new URL("../../dsl/vocabulary.json", import.meta.url), "utf8"))
  for (const entries of Object.values(kinds))
    for (const { name, summary, equation, options } of Object.values(entries)) {
      assert.ok(page.includes(`\n### ${name}\n\n${summary}.\n`), name)
      if (equation) assert.ok(page.includes(`\`\`\`\n${equation}\n\`\`\``), name)
      for (const option of Object.keys(options.properties ?? {}))
        assert.match(page, new RegExp(`\\n\\| \`${option}\` \\|`))
    }
})

test("bars in words do not end a table's cell, and what must be given says so", () => {
  const none = {
    adapter: {},
    backbone: {},
    backend: {},
    composition: {},
    data: {},
    grouping: {},
    memory: {},
    probe: {},
    strategy: {},
    transfer: {},
  }
  const properties = { way: { enum: ["a", "b"], description: "a | b" } }
  const text = pluginsPage({
    version: 1,
    kinds: { ...none, router: { one: { name: "one", summary: "One", options: { properties, required: ["way"] } } } },
  })
  assert.ok(text.includes("| `way` | a \\| b | an error | a \\| b |"))
})
