/** The reference `docs/language.md` is true: its blocks are a sound spec, and what it says is refused is refused. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { COMPARED, coreSchemas, MEASURES, SCENARIOS } from "../../dsl/core_schema.ts"
import { check, render } from "../../dsl/index.ts"
import type { Vocabulary } from "../../dsl/vocabulary.ts"
import { mine } from "./vocabulary.fixture.ts"

const page = readFileSync(new URL("../../docs/language.md", import.meta.url), "utf8").replaceAll("\r\n", "\n")
const vocabulary = JSON.parse(readFileSync(new URL("../../dsl/vocabulary.json", import.meta.url), "utf8")) as Vocabulary
const spec = [...page.matchAll(/```l2r\n([\s\S]*?)```/g)].map(([, block]) => block).join("\n")
const options = { file: "spec.l2r", vocabulary, uses: { mine } }

test("the blocks of the page are one spec that checks", () => {
  const { diagnostics } = check(spec, options)
  assert.equal(render(diagnostics, spec, { hints: true }), "")
})

test("the example of a diagnostic is one", () => {
  const text = "language 1\nadapter low_rank = lora { rnak: 8 }\n"
  const [first] = check(text, options).diagnostics.filter(({ severity }) => severity === "error")
  assert.ok(page.includes(`\`\`\`\n${render([first], text)}\`\`\``))
})

test("every option and word of the language's own declarations is named, with its default", () => {
  for (const schema of Object.values(coreSchemas)) {
    for (const [name, { default: fallback }] of Object.entries(schema.properties ?? {})) {
      const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\``))
      assert.ok(row, name)
      if (typeof fallback === "number") assert.equal(Number(row.split("|")[3]), fallback, name)
      if (typeof fallback === "string") assert.equal(row.split("|")[3].trim(), `\`${fallback}\``)
    }
  }
  for (const word of [...SCENARIOS, ...MEASURES, ...COMPARED]) assert.ok(page.includes(`\`${word}\``), word)
})
