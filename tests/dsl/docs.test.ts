/** The reference `docs/language.md` is true: its blocks are a sound spec, and what it says is refused is refused. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { format } from "../../dsl/format/index.ts"
import { check, render } from "../../dsl/index.ts"
import { COMPARED, coreSchemas, MEASURES, SCENARIOS } from "../../dsl/options/core_schema.ts"
import type { Vocabulary } from "../../dsl/vocabulary.ts"
import { mine } from "./vocabulary.fixture.ts"

const page = readFileSync(new URL("../../docs/language.md", import.meta.url), "utf8").replaceAll("\r\n", "\n")
const vocabulary = JSON.parse(readFileSync(new URL("../../dsl/vocabulary.json", import.meta.url), "utf8")) as Vocabulary
const spec = [...page.matchAll(/```l2r\n([\s\S]*?)```/g)].map(([, block]) => block).join("\n")
/** Blocks that are files of their own, by their names; they may stand inside a list. */
const files = Object.fromEntries(
  [...page.matchAll(/^( *)```l2r (\S+)\n([\s\S]*?)```/gm)].map(([, indent, name, block]) => [
    name,
    block.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  ]),
)
const open = (file: string) =>
  Object.hasOwn(files, file) ? { text: files[file] } : { problem: "it is not on the page" }
const options = { file: "spec.l2r", vocabulary, uses: { mine }, open }

test("the blocks of the page are one spec that checks", () => {
  const { diagnostics, texts } = check(spec, options)
  assert.equal(render(diagnostics, texts, { hints: true }), "")
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

test("the names of variants are as the page says", () => {
  const { adapters, routers, experiments } = check(spec, options).spec!
  const names = Object.keys({ ...adapters, ...routers, ...experiments }).filter((name) => /^(sized|asked)\[/.test(name))
  assert.equal(names.length, 6)
  for (const name of [...names, "merging[some.per_class=1]", "sweeping[long.epochs=5]"])
    assert.ok(page.replace(/\s+/g, " ").includes(`\`${name}\``), name)
})

test("the command lines of the page are sound", () => {
  const lines = [...page.matchAll(/^l2r (?:run|plan) spec\.l2r (--.*)$/gm)].map(([, flags]) => flags)
  assert.ok(lines.length >= 5)
  for (const line of lines) {
    const flags = { set: [] as string[], only: [] as string[], skip: [] as string[] }
    for (const [, flag, quoted, bare] of line.matchAll(/--(set|only|skip) (?:'([^']*)'|(\S+))/g))
      flags[flag as keyof typeof flags].push(quoted ?? bare)
    const { diagnostics, texts, changes } = check(spec, { ...options, ...flags })
    assert.equal(render(diagnostics, texts), "")
    assert.ok(changes.length > 0, line)
  }
})

test("the TypeScript of the page prints a sound spec, in its canonical form", () => {
  const [, code] = /```ts\n([\s\S]*?)```/.exec(page)!
  const place = mkdtempSync(join(tmpdir(), "l2r-docs-"))
  try {
    const entry = new URL("../../src/index.ts", import.meta.url).href
    writeFileSync(join(place, "spec.mjs"), code.replace('"l2r"', JSON.stringify(entry)))
    const before = process.versions.deno
      ? ["run", "-A", "--no-lock", "--config", fileURLToPath(new URL("../../deno.json", import.meta.url))]
      : []
    const { stdout: printed } = spawnSync(process.execPath, [...before, join(place, "spec.mjs")], { encoding: "utf8" })
    assert.equal(format(printed).text, printed)
    const { spec: made, diagnostics } = check(printed, { ...options, advice: true })
    assert.deepEqual(diagnostics, [])
    assert.deepEqual(Object.keys(made!.routers), ["learnt_5", "learnt_10", "learnt_20"])
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
})
