/** The README shows what is in the repository: the quickstart's spec, and the table that it printed. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"

const read = (...path: readonly string[]) => readFileSync(join(import.meta.dirname, "..", ...path), "utf8")
const readme = read("README.md")
const block = (name: string) =>
  readme.match(new RegExp(`<!-- ${name} -->\n\`\`\`\\w+\n([\\s\\S]*?)\n\`\`\`\n<!-- end ${name} -->`))?.[1]

test("the spec in the README is the quickstart's", () => {
  assert.equal(block("spec"), read("examples", "01_quickstart", "spec.l2r").trimEnd())
})

test("the table in the README is the one that is kept with the quickstart", () => {
  assert.equal(block("table"), read("examples", "01_quickstart", "expected", "table.txt").trimEnd())
})

test("pages that the README names are there", () => {
  for (const [, path] of readme.matchAll(/\]\(([\w/.]+)\)/g)) assert.ok(read(...path.split("/")).length > 0, path)
})
