/** The page `docs/write_a_backbone.md` is true: its plugin reads an ELECTRA, and computes what PyTorch does. */
import assert from "node:assert/strict"
import { join } from "node:path"
import { test } from "node:test"
import { checkSource } from "../../src/compile.ts"
import { packed } from "../../src/model/batch.ts"
import { encoder } from "../../src/model/encoder.ts"
import { type Backbone, BLOCK_ROLES, LINEAR_ROLES, NORM_ROLES, program } from "../../src/plugin/index.ts"
import { loadSource } from "../../src/plugin/load.ts"
import { testBackbone } from "../../src/testing/index.ts"
import golden from "../golden/strangers.json" with { type: "json" }
import { apart, engines, textsOf } from "../model/golden.ts"
import { pageOf, root, strangersFolder, written } from "./page.ts"

const page = pageOf("write_a_backbone")
const folder = strangersFolder()
written(folder, "electra", page.blocks("ts")[0])
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
  const rows = page.text.slice(page.text.indexOf("| site | role | kind |")).split("\n")
  for (const role of roles)
    assert.ok(
      rows.some((row) => row.split("|")[2]?.includes(`\`${role}\``)),
      role,
    )
  for (const { name } of checkpoint.sites.filter(
    ({ layer, role }) => layer === 1 && role !== "key" && role !== "value",
  ))
    assert.ok(page.text.includes(`\`${name.replace("layer.1", "layer.3")}\``), name)
})

test("the page's lines of a spec check", async () => {
  const text = `language 1\n\n${page.blocks("l2r")[0]}`
  const { diagnostics } = await checkSource({ file: "spec.l2r", directory: folder, text })
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === "error"),
    [],
  )
})
