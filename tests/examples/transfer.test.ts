/**
 * The examples of transfers and of portability, made small: a small encoder with random weights, and siblings of it which
 * `l2r distil` makes: every row and every cell has its figures.
 */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { fileURLToPath } from "node:url"
import type { DataSource } from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import { example, ran, siblingsIn, smallBackbone } from "./shrunk.ts"

const place = mkdtempSync(join(tmpdir(), "l2r-transfer-"))
after(() => rmSync(place, { recursive: true, force: true }))

const skip =
  (process.versions.bun !== undefined || process.versions.deno !== undefined) &&
  "the same steps on each runtime: here tests/run/transferred.test.ts, on Node these"

const root = new URL("../../", import.meta.url)
const teacher = join(place, "teacher")
/** One of the same width, one of another. */
const SIZES = { shallow: { layers: 1, width: 16 }, slim: { layers: 1, width: 8 } }

/** Texts of one task, on which the siblings are distilled. */
const writeCorpus = async (folder: string): Promise<void> => {
  const wordnet = (await loadPlugin("data", "wordnet")) as DataSource
  const options = { train_per_class: 30, validation_per_class: 0, test_per_class: 1 }
  const tasks = await wordnet.load(["living", "things"], undefined, options, { directory: place })
  for (const { name, train, test: held } of tasks) {
    mkdirSync(join(folder, name), { recursive: true })
    for (const [split, rows] of Object.entries({ train, test: held }))
      writeFileSync(join(folder, name, `${split}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(""))
  }
}

let encoder: Readonly<Record<string, string>>
before(async () => {
  if (skip) return
  encoder = await smallBackbone(teacher)
  await writeCorpus(join(place, "corpus"))
  for (const [name, { layers, width }] of Object.entries(SIZES)) {
    const settings = { teacher, out: join(place, "siblings", name), data: `jsonl:${join(place, "corpus")}` }
    const size = {
      layers,
      width,
      heads: 2,
      intermediate: 2 * width,
      vocabulary: 400,
      positions: 16,
      epochs: 1,
      batch: 32,
    }
    const flags = Object.entries({ ...settings, ...size }).flatMap(([flag, value]) => [`--${flag}`, String(value)])
    const main = fileURLToPath(new URL("src/cli/main.ts", root))
    const { status, stderr } = spawnSync(process.execPath, [main, "distil", ...flags], { cwd: place, encoding: "utf8" })
    assert.equal(status, 0, stderr)
  }
})

const small = (name: string, more: Readonly<Record<string, string>>) =>
  example(name, {
    ...encoder,
    ...siblingsIn(name, join(place, "siblings")),
    "train_per_class: 60": "train_per_class: 8, validation_per_class: 2",
    "max_tokens: 32": "max_tokens: 16",
    "epochs: 4": "epochs: 1",
    "texts: 200": "texts: 40",
    ...more,
  })

test("11_transfer: every row on every carried library has its figures", { skip }, async () => {
  const changes = {
    "test_per_class: 40": "test_per_class: 5",
    "[living, things, mind]": "[living, things]",
    "steps: 20": "steps: 2",
  }
  const { results } = await ran(small("11_transfer", changes), join(place, "store"))
  assert.deepEqual(
    results.cells.map(({ experiment, adapter }) => `${experiment} ${adapter}`),
    [
      ...["low_rank", "skipped", "averaged", "matched"].map((adapter) => `same_width ${adapter}`),
      ...["low_rank", "matched"].map((adapter) => `other_width ${adapter}`),
    ],
  )
  for (const { summary } of results.cells)
    for (const { row, notDefined, taskIncremental } of summary) {
      assert.equal(notDefined, undefined, row)
      assert.ok(Number.isFinite(taskIncremental?.value), row)
    }
})

test("13_portability: every module is carried, and each cell has its curves and a verdict", { skip }, async () => {
  const changes = {
    "test_per_class: 60": "test_per_class: 5",
    "[0, 10, 40]": "[0, 2]",
    "[living, things]": "[living]",
    "[topics, others]": "topics",
    "1..3": "1",
  }
  const text = small("13_portability", changes)
  const { results } = await ran(text, join(place, "store"))
  const cells = results.portabilities!
  assert.equal(cells.length, 7 + 3)
  for (const { transfer, of, on, source, notDefined, curves, comparisons, verdict } of cells) {
    assert.equal(notDefined, undefined, `${transfer} ${of} ${on} ${source}`)
    assert.deepEqual(
      curves.map(({ start, accuracy }) => [start, accuracy.length]),
      [
        ["ported", 2],
        ["scratch", 2],
        ["resampled", 2],
        ["permuted", 2],
      ],
    )
    assert.equal(comparisons.length, 3 * 2)
    assert.ok(verdict && verdict.conclusion.length > 0)
  }
})
