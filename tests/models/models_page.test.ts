/** docs/models.md speaks of the families, adapters and heads that there are, and is right about each: every cell is tried on Node, one of each outcome elsewhere. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { shipped } from "../../src/plugin/registry.ts"
import { adapterFor, adapterNames } from "./adapters.ts"
import { HEADS, type Head, NETWORKS, networkFor } from "./networks.ts"
import { tried } from "./trial.ts"
import { modelsPageFile, section, triedSection } from "./write_models_page.ts"

const page = readFileSync(modelsPageFile, "utf8").replaceAll("\r\n", "\n")
const sections = page.split(/^## /m).slice(1)

test("docs/models.md has all heads, families and adapters (else run tests/models/write_models_page.ts)", () => {
  assert.deepEqual(
    sections.map((text) => text.split("\n")[0].toLowerCase()),
    HEADS.map((head) => head.toLowerCase()),
  )
  for (const text of sections) {
    const rows = text.split("\n").filter((line) => line.startsWith("|"))
    assert.deepEqual(
      [...rows[0].matchAll(/`(\w+)`/g)].map(([, name]) => name),
      adapterNames(),
    )
    assert.deepEqual(
      rows.slice(2).map((row) => row.split("|")[1].trim()),
      NETWORKS.map(([title]) => title),
    )
  }
  assert.deepEqual(
    [...new Set<string>(NETWORKS.map(([, plugin]) => plugin))].sort(),
    shipped("backbone")
      .map(({ name }) => name)
      .sort(),
  )
})

const elsewhere = "bun" in process.versions || "deno" in process.versions

for (const head of HEADS)
  test(`every cell of the page is right: ${head} (else run tests/models/write_models_page.ts)`, {
    skip: elsewhere && "Node tries every cell, here one of each outcome is tried",
  }, async () => {
    assert.equal(`## ${sections[HEADS.indexOf(head)]}`.trimEnd(), (await triedSection(head)).trimEnd())
  })

/** One of each outcome that the page has. */
const samples: readonly (readonly [Head, string, string])[] = [
  ["classes, [CLS]", "BERT", "lora"],
  ["classes, last token", "Qwen 3", "ia3"],
  ["answers", "T5", "prefix"],
  ["next token", "BERT", "lora"],
  ["classes, mean", "GPT-2 as .onnx", "prompt"],
]

for (const [head, title, adapter] of elsewhere ? samples : [])
  test(`the page is right about ${adapter} on ${title}, ${head}`, async () => {
    const [, plugin, location] = NETWORKS.find(([name]) => name === title) as (typeof NETWORKS)[number]
    const outcome = await tried(() => networkFor(plugin, location, head), await adapterFor(adapter), head)
    const row = sections[HEADS.indexOf(head)].split("\n").find((line) => line.startsWith(`| ${title} |`)) as string
    const cell = row.split(" | ")[1 + adapterNames().indexOf(adapter)]
    assert.ok(cell.startsWith(outcome.kind), `${cell}, not ${JSON.stringify(outcome)}`)
  })

test("a reason is told once", () => {
  const refused = { kind: "refused", why: "the backbone bert\n  has none" } as const
  const text = section(
    "answers",
    NETWORKS.map(() => adapterNames().map((_, i) => (i === 0 ? { kind: "trained" as const } : refused))),
  )
  assert.match(text, /\| BERT \| trained \| refused \(1\) \|/)
  assert.equal(text.match(/has none/g)?.length, 1)
})
