/** `examples/06_arithmetic`, made small: every composition, on LoRA and on (IA)3, from the spec to the report. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import type { Cell, Row } from "../../src/learning/results.ts"
import { compositionBlock } from "../../src/report/composition_block.ts"
import { compositionErrors } from "../../src/report/composition_errors.ts"
import { isResultsProblem, readResults, reportHtml, resultsJson } from "../../src/report/index.ts"
import { example, type Ran, ran, smallBackbone } from "./shrunk.ts"

const place = mkdtempSync(join(tmpdir(), "l2r-arithmetic-"))
after(() => rmSync(place, { recursive: true, force: true }))
const store = join(place, "store")

const small = async () => ({
  ...(await smallBackbone(join(place, "backbone"))),
  "train_per_class: 60, test_per_class: 40": "train_per_class: 8, validation_per_class: 2, test_per_class: 5",
  "max_tokens: 32": "max_tokens: 16",
  "learning_rate: 3e-3": "learning_rate: 5e-2",
  "examples: 16": "examples: 3",
  "rank: 4 }": "rank: 2 }",
})

let first: Ran
before(async () => {
  first = await ran(example("06_arithmetic", await small()), store)
})

const cellOf = (experiment: string): Cell => first.results.cells.find((one) => one.experiment === experiment) as Cell
const rowOf = (experiment: string, name: string): Row => cellOf(experiment).rows.find((row) => row.name === name) as Row

test("every composition stands in its table, as one module, with its error", () => {
  const names = (experiment: string) =>
    cellOf(experiment)
      .rows.filter(({ kind }) => kind === "composition")
      .map(({ name, source, how, head }) => `${name} ${head} ${source} ${how}`)
  const shared = ["mean", "two", "unlearnt", "moved"].map((name) => `${name} kept weights composes`)
  const rest = ["elected kept weights composes", "dropped kept weights composes", "informed kept train composes"]
  assert.deepEqual(names("factors"), [...shared, "outputs kept weights composes", "cut kept weights composes", ...rest])
  assert.deepEqual(names("scales"), [...shared, ...rest])
  for (const { rows } of first.results.cells)
    for (const { name, kind, notDefined, stages, composition, cost } of rows) {
      assert.equal(notDefined, undefined, name)
      assert.equal(stages.length, 3, name)
      assert.equal(composition !== undefined, kind === "composition", name)
      if (kind === "composition" && !["outputs", "cut", "elected", "dropped"].includes(name))
        assert.ok(Math.abs(cost.forwardFlops - 1) < 1e-9, `${name} costs ${cost.forwardFlops} modules`)
    }
})

test("I4: concatenation is the sum of the outputs: no error, and the predictions of uniform gates", () => {
  const { composition, stages } = rowOf("factors", "outputs")
  for (const { distance, sum } of composition!.sites) assert.ok(distance <= 1e-5 * sum)
  assert.ok(composition!.logits!.max < 1e-4)
  const uniform = rowOf("factors", "uniform")
  stages.forEach(({ predictions }, i) => {
    assert.deepEqual(predictions.classIncremental, uniform.stages[i].predictions.classIncremental)
  })
})

test("averaged factors are not the averaged updates, and negation is exact on LoRA", () => {
  assert.ok(rowOf("factors", "mean").composition!.sites.some(({ distance, sum }) => distance > 0.01 * sum))
  const { weights, sites, logits } = rowOf("factors", "unlearnt").composition!
  assert.deepEqual(weights, [0, 0, -0.5])
  assert.ok(sites.every(({ distance, sum }) => sum > 0 && distance <= 1e-5 * sum))
  assert.ok(logits!.max < 1e-4)
})

test("before a task has come, its module is not there: negation leaves the network as it was", () => {
  const { stages } = rowOf("factors", "unlearnt")
  const bare = rowOf("factors", "unrouted").stages
  for (const i of [0, 1]) assert.deepEqual(stages[i].predictions.classIncremental, bare[i].predictions.classIncremental)
})

test("the report tells the errors, on the terminal and on the page, and results are read back with them", async () => {
  const cell = cellOf("factors")
  const errors = compositionErrors(cell)
  assert.equal(errors.length, 9)
  const shown = compositionBlock(cell, { columns: 120, plain: true })
  for (const { name } of errors) assert.match(shown, new RegExp(`\\n${name} +\\d`))
  assert.match(await reportHtml(first.results), /<h3>Compositions<\/h3>/)
  const read = readResults([...resultsJson(first.results)].join(""), "results.json")
  assert.ok(!isResultsProblem(read), JSON.stringify(read))
  assert.deepEqual(read.cells[0].rows[0].composition, cell.rows[0].composition)
})

test("a further composition trains nothing and runs no module again", async () => {
  const changed = await ran(example("06_arithmetic", { ...(await small()), "density: 50%": "density: 40%" }), store)
  assert.deepEqual(
    [...changed.computed.values()].filter((step) => !/ elected /.test(step) && !step.startsWith("scores: ")),
    [],
  )
})

test("without the same initialisation, sums of factors are refused with what to do, and other rows go on", async () => {
  const apart = await ran(
    example("06_arithmetic", { ...(await small()), ", initialisation: shared": "", "on accuracy": "on task_accuracy" }),
    store,
  )
  const [factors, scales] = apart.results.cells
  for (const { name, notDefined, warnings } of factors.rows) {
    if (["mean", "two", "moved"].includes(name)) assert.match(notDefined as string, /`initialisation: shared`/)
    else assert.equal(notDefined, undefined, name)
    assert.equal(
      warnings.some((warning) => warning.includes("initialisation: shared")),
      name === "informed",
      name,
    )
  }
  assert.ok(scales.rows.every(({ notDefined }) => notDefined === undefined))
})
