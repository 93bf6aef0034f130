/** The page `docs/write_a_backbone.md` is true: its plugin reads an ELECTRA, and computes what PyTorch does. */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { fileURLToPath } from "node:url"
import { checkSource } from "../../src/compile.ts"
import { packed } from "../../src/model/batch.ts"
import { encoder } from "../../src/model/encoder.ts"
import { type Backbone, BLOCK_ROLES, LINEAR_ROLES, NORM_ROLES, program } from "../../src/plugin/index.ts"
import { loadSource } from "../../src/plugin/load.ts"
import { testBackbone } from "../../src/testing/index.ts"
import golden from "../golden/strangers.json" with { type: "json" }
import { apart, engines, textsOf } from "../model/golden.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))
const page = readFileSync(join(root, "docs", "write_a_backbone.md"), "utf8").replaceAll("\r\n", "\n")
const block = (language: string): string => page.match(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``))?.[1] ?? ""

/** A folder of a stranger's, to which l2r is linked. */
const folder = mkdtempSync(join(tmpdir(), "l2r-backbone-"))
after(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, "node_modules"))
symlinkSync(root, join(folder, "node_modules", "l2r"), "junction")
writeFileSync(join(folder, "package.json"), '{ "type": "module" }')
writeFileSync(join(folder, "electra.ts"), block("ts"))
// Before the first test: some runtimes begin with the tests that they have while a file waits.
const [backbone] = (await loadSource("./electra.ts", folder)) as readonly Backbone[]
const checkpoint = await backbone.load(
  "electra",
  { max_tokens: 64, pooling: "mean" },
  {
    directory: join(root, "tests", "golden", "strangers"),
  },
)

testBackbone(
  backbone,
  "electra",
  { max_tokens: 16, pooling: "mean" },
  { directory: join(root, "tests", "golden", "strangers") },
)

test("the page's plugin computes the hidden states of an ELECTRA", async () => {
  const { ids, hidden, pooled } = golden.families.electra
  assert.deepEqual(
    backbone.tokenize(golden.texts, checkpoint).map((one) => [...one]),
    ids,
  )
  const encoded = encoder({ backbone, checkpoint })
  const session = await (await engines.reference()).compile(
    program({ hidden: encoded.hidden, features: encoded.features }),
  )
  const outputs = await session.run(packed(textsOf(ids)))
  const gaps = [apart(outputs.hidden.data, hidden.flat()), apart(outputs.features.data, pooled)]
  assert.ok(Math.max(...gaps) < 2e-6, String(gaps))
})

test("the page's table has every role of a site", () => {
  const roles = [...LINEAR_ROLES, ...NORM_ROLES, ...BLOCK_ROLES, "attention"]
  const rows = page.slice(page.indexOf("| site | role | kind |")).split("\n")
  for (const role of roles)
    assert.ok(
      rows.some((row) => row.split("|")[2]?.includes(`\`${role}\``)),
      role,
    )
  for (const { name } of checkpoint.sites.filter(
    ({ layer, role }) => layer === 1 && role !== "key" && role !== "value",
  ))
    assert.ok(page.includes(`\`${name.replace("layer.1", "layer.3")}\``), name)
})

test("the page's lines of a spec check", async () => {
  const text = `language 1\n\n${block("l2r")}`
  const { diagnostics } = await checkSource({ file: "spec.l2r", directory: folder, text })
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === "error"),
    [],
  )
})
