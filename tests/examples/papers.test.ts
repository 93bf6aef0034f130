/** The small variants of the papers' examples, on an encoder with random weights, run to the last stage: every row has its figures, and the full variants check without their data. */
import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { readSource } from "../../src/compile.ts"
import { checkSource } from "../../src/source.ts"
import { example, folder, ran, smallBackbone } from "./shrunk.ts"

const place = mkdtempSync(join(tmpdir(), "l2r-papers-"))
after(() => rmSync(place, { recursive: true, force: true }))

const PAPERS = ["07_arrow_mbc", "08_l2r", "09_sapt", "10_baselines", "15_task_free", "16_field"] as const

/** What the tests read of each run needs fewer texts than its table. */
const FEWER = { "per_class: 20": "per_class: 8" }

/** The small encoder reads 16 tokens at most, those of a prompt among them; and many routers need not learn much. */
const SHORTER: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "16_field": { "max_tokens: 16": "max_tokens: 12", "memory: few, head: kept": "memory: few, epochs: 2, head: kept" },
}

const skip =
  (process.versions.bun !== undefined || process.versions.deno !== undefined) &&
  "the same steps on each runtime: here tests/examples/smoke.test.ts, on Node these"

let encoder: Readonly<Record<string, string>>
let deeper: Readonly<Record<string, string>>
before(async () => {
  encoder = await smallBackbone(join(place, "backbone"))
  deeper = await smallBackbone(join(place, "deeper"), 3) // DualPrompt has prompts of tasks from its third block on
})

for (const paper of PAPERS)
  test(`${paper}: every row is defined and measured after the last task`, { skip }, async () => {
    const backbone = paper === "10_baselines" ? deeper : encoder
    const { results } = await ran(example(paper, { ...FEWER, ...SHORTER[paper], ...backbone }), join(place, "store"), {
      finalStageOnly: true,
    })
    for (const cell of results.cells)
      for (const line of cell.summary) {
        assert.equal(line.notDefined, undefined, `${line.row} ${line.head}`)
        assert.ok(Number.isFinite(line.classIncremental?.value), `${line.row} ${line.head}`)
      }
    assert.ok(results.cells.every(({ comparisons }) => comparisons.length > 0))
    const unmatched = results.cells.flatMap(({ experiment, comparisons }) =>
      comparisons.some(({ caveat }) => caveat?.includes("unequal memories")) ? [experiment] : [],
    )
    assert.deepEqual(unmatched, paper === "16_field" ? ["memories"] : [], "rows with a memory have the same one")
  })

for (const paper of PAPERS)
  for (const name of readdirSync(join(folder, paper)).filter((file) => /^(?!rows|spec).*\.l2r$/.test(file)))
    test(`${paper}/${name} checks`, async () => {
      const { diagnostics } = await checkSource(readSource(join(folder, paper, name)))
      assert.deepEqual(
        diagnostics.filter(({ severity }) => severity === "error").map(({ code, message }) => `${code} ${message}`),
        [],
      )
    })
