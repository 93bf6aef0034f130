/** The completion and the hover in docs/editors.md are what the functions give; RECORD=1 writes them anew. */
import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { test } from "node:test"
import { completionsAt, documentOf, hoverAt } from "../../dsl/editor/index.ts"
import type { Vocabulary } from "../../dsl/index.ts"
import vocabulary from "../../dsl/vocabulary.json" with { type: "json" }

const file = new URL("../../docs/editors.md", import.meta.url)

/** A part of the page: its spec with a cursor, and what the page says comes of it. */
const part = (name: string) => {
  const page = readFileSync(file, "utf8")
  const found = new RegExp(
    `<!-- ${name} -->\\n\`\`\`l2r\\n([\\s\\S]*?)\`\`\`[\\s\\S]*?\`\`\`text\\n([\\s\\S]*?)\`\`\`\\n<!-- end ${name} -->`,
  ).exec(page)
  assert.ok(found, name)
  const offset = found[1].indexOf("|")
  const document = documentOf(found[1].replace("|", ""), {
    file: "spec.l2r",
    vocabulary: vocabulary as unknown as Vocabulary,
  })
  const told = (text: string) => {
    if (process.env.RECORD)
      writeFileSync(
        file,
        page.replace(found[0], () => found[0].replace(`\`\`\`text\n${found[2]}`, () => `\`\`\`text\n${text}`)),
      )
    else assert.equal(found[2], text)
  }
  return { document, offset, told }
}

test("the completion in the page", () => {
  const { document, offset, told } = part("completion")
  const first = completionsAt(document, offset).slice(0, 6)
  told(
    first
      .map(({ label, detail }) => `${label.padEnd(12)}  ${detail ?? ""}`.trimEnd())
      .concat("")
      .join("\n"),
  )
})

test("the hover in the page", () => {
  const { document, offset, told } = part("hover")
  told(`${hoverAt(document, offset)?.text}\n`)
})
