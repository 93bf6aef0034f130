/**
 * The README shows what is in the repository: the quickstart's spec, the table that it printed, and an error, a hover and a
 * completion as they are; RECORD=1 writes these three anew.
 */
import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { completionsAt, documentOf, hoverAt } from "../dsl/editor/index.ts"
import { check, render, type Vocabulary } from "../dsl/index.ts"
import shipped from "../dsl/vocabulary.json" with { type: "json" }

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

const quickstart = read("examples", "01_quickstart", "spec.l2r")
const options = { file: "spec.l2r", vocabulary: shipped as unknown as Vocabulary }
/** The quickstart with something else in the place of a piece of it. */
const changed = (piece: string, by: string) => {
  assert.ok(quickstart.includes(piece), piece)
  return quickstart.replace(piece, by)
}
const shown: Readonly<Record<string, () => string>> = {
  error: () => {
    const text = changed("lora { rank", "lora { rnak")
    return render(check(text, options).diagnostics, text)
  },
  hover: () => {
    const document = documentOf(quickstart, options)
    return `${hoverAt(document, quickstart.indexOf("statistics: train"))?.text}`
  },
  completion: () => {
    const document = documentOf(changed("{ top_k: 4, head: kept }", "{  }"), options)
    const offered = completionsAt(document, quickstart.indexOf("{ top_k") + 2).slice(0, 5)
    return offered.map(({ label, detail }) => `${label.padEnd(12)} ${detail}`).join("\n")
  },
}

for (const [name, made] of Object.entries(shown))
  test(`the ${name} in the README is what there is to see`, () => {
    const text = made().trimEnd()
    if (process.env.RECORD) {
      const file = join(import.meta.dirname, "..", "README.md")
      const frame = new RegExp(`(<!-- ${name} -->\n\`\`\`text\n)[\\s\\S]*?(\`\`\`\n<!-- end ${name} -->)`)
      writeFileSync(
        file,
        readFileSync(file, "utf8").replace(frame, (_, before, after) => `${before}${text}\n${after}`),
      )
    } else assert.equal(block(name), text)
  })

test("pages that the README names are there", () => {
  for (const [, path] of readme.matchAll(/\]\(([\w/.]+)\)/g)) assert.ok(read(...path.split("/")).length > 0, path)
})
