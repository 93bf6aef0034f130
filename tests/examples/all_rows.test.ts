/** `examples/03_all_rows`, made small: every row of the table, on every library. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import type { Cell, Row } from "../../src/learning/results.ts"
import { isResultsProblem, readResults, resultsJson } from "../../src/report/index.ts"
import { example, type Ran, ran, SMALL, smallBackbone } from "./shrunk.ts"

const place = mkdtempSync(join(tmpdir(), "l2r-all-rows-"))
after(() => rmSync(place, { recursive: true, force: true }))

const MIXED = "library mixed { living: low_rank, things: narrow, mind: low_rank, happenings: narrow, deeds: low_rank }"
const small = async () => ({
  ...SMALL,
  ...(await smallBackbone(join(place, "backbone"))),
  [MIXED]: "library mixed { living: low_rank, things: narrow }",
  "1..3": "1",
})
let first: Ran
before(async () => {
  first = await ran(example("03_all_rows", await small()), join(place, "store"))
})

const cell = (experiment: string, adapter: string): Cell =>
  first.results.cells.find((one) => one.experiment === experiment && one.adapter === adapter) as Cell
const rowsOf = (name: string): readonly Row[] =>
  first.results.cells.flatMap(({ rows }) => rows.filter((row) => row.name === name))
const shown = ({ name, head, source, how }: Row) => `${name} ${head} ${source} ${how}`
const both = (names: string, source: string) =>
  names
    .split(" ")
    .flatMap((name) => [
      `${name} kept ${source} composes`,
      `${name} refit ${source === "train" ? "train" : "memory"} composes`,
    ])
const each = (names: string, rest: string) => names.split(" ").map((name) => `${name} ${rest}`)

test("every row stands in its cell, with its heads, its source and how it uses modules", () => {
  assert.deepEqual(
    first.results.cells.map(({ experiment, adapter }) => `${experiment} ${adapter}`),
    ["routing low_rank", "routing narrow", "routing mixed", "options low_rank", "options narrow"],
  )
  for (const adapter of ["low_rank", "narrow", "mixed"])
    assert.deepEqual(cell("routing", adapter).rows.map(shown), [
      ...both("learnt merged", "memory"),
      ...both("arrow_peft arrow_mttl", "weights"),
      ...each("task_centroid class_centroid task_gaussian class_gaussian", "kept memory selects"),
      ...both("soft", "memory"),
      ...each(
        "task_centroid_full class_centroid_full task_gaussian_full class_gaussian_full epi",
        "kept train selects",
      ),
      ...both("soft_full", "train"),
      ...each("oracle per_task", "kept none selects"),
      ...both("uniform averaged", "none"),
      ...each("random max_confidence", "kept none selects"),
      ...both("base_model", "none"),
      ...each("sequential multi_task sequential_full multi_task_full", "joint train shared"),
      ...each("frozen_centroid frozen_gaussian", "none memory none"),
      ...each("frozen_centroid_full frozen_gaussian_full", "none train none"),
    ])
  for (const adapter of ["low_rank", "narrow"])
    assert.deepEqual(cell("options", adapter).rows.map(shown), [
      ...both(
        "learnt merged softmax_gates sigmoid_gates gumbel_softmax straight cool unnormalised outer per_module global cls frozen_cls frozen_mean deep warm late",
        "memory",
      ),
      ...both("uniform", "none"),
      "oracle kept none selects",
    ])
})

test("a row that its library can't have says why; all others have figures", () => {
  for (const { adapter, rows } of first.results.cells)
    for (const { name, notDefined, stages } of rows) {
      const reason =
        /^arrow_/.test(name) && adapter !== "low_rank"
          ? "not low-rank"
          : /^(sequential|multi_task)$/.test(name) && adapter === "mixed"
            ? "this library mixes adapters"
            : undefined
      if (reason) assert.match(notDefined as string, new RegExp(reason))
      else assert.equal(notDefined, undefined)
      assert.deepEqual(
        stages.map(({ index }) => index),
        reason ? [] : name === "late" ? [1] : [0, 1],
        `${name} on ${adapter}`,
      )
    }
})

test("only the oracle and the module per task know the task; with them nothing is forgotten, and both set-ups are one (I1)", () => {
  const knowing = first.results.cells.flatMap(({ rows }) => rows.filter(({ knowsTask }) => knowsTask))
  assert.deepEqual([...new Set(knowing.map(({ name }) => name))], ["oracle", "per_task"])
  for (const { matrix, stages } of knowing) {
    assert.deepEqual(matrix.classIncremental, matrix.taskIncremental)
    const R = matrix.classIncremental
    for (let i = 0; i < R.length; i++) for (let j = 0; j < R.length; j++) assert.equal(R[i][j], j > i ? null : R[j][j])
    for (const { predictions } of stages) assert.deepEqual(predictions.classIncremental, predictions.taskIncremental)
  }
  for (const { summary } of first.results.cells)
    for (const line of summary.filter(({ knowsTask }) => knowsTask)) {
      assert.equal(line.forgetting?.value, 0)
      assert.equal(line.backwardTransfer?.value, 0)
      assert.equal(line.routerAccuracy?.value, 100)
    }
})

test("an accuracy is the share of right predictions, and a task-incremental one is never lower", () => {
  for (const { examples, rows } of first.results.cells)
    for (const { name, matrix, stages } of rows)
      for (const { index, predictions } of stages)
        for (let task = 0; task <= index; task++) {
          const own = predictions.example
            .map((example, i) => ({ ...examples[example], given: predictions.classIncremental[i] }))
            .filter((one) => one.task === task)
          assert.equal(own.length, 25)
          const right = own.filter((one) => one.class === one.given).length
          assert.ok(
            Math.abs((matrix.classIncremental[index][task] as number) - (100 * right) / own.length) < 1e-9,
            name,
          )
          assert.ok(
            (matrix.taskIncremental[index][task] as number) >= (matrix.classIncremental[index][task] as number),
            name,
          )
        }
})

test("gates have the units of their scope, and sum to one unless they are left as they are", () => {
  const units = (name: string, on: string) =>
    cell(name === "arrow_peft" ? "routing" : "options", on)
      .rows.find((row) => row.name === name)
      ?.stages.at(-1)?.gates?.units
  assert.deepEqual(units("learnt", "low_rank"), ["layer.0", "layer.1"])
  assert.deepEqual(units("per_module", "low_rank"), [
    "layer.0.attention.query",
    "layer.0.attention.value",
    "layer.1.attention.query",
    "layer.1.attention.value",
  ])
  assert.deepEqual(units("arrow_peft", "low_rank"), units("per_module", "low_rank"))
  assert.equal(units("per_module", "narrow")?.length, 2)
  assert.deepEqual(units("global", "narrow"), ["model"])
  for (const { rows } of first.results.cells)
    for (const { name, stages } of rows)
      for (const { gates, predictions } of stages) {
        assert.equal(gates === undefined, predictions.chosen[0] === -1, name)
        for (const [a, b = 0] of gates?.mean.flat() ?? [])
          assert.ok(name === "unnormalised" ? a + b < 2 : Math.abs(a + b - 1) < 2e-4, `${name}: ${a} + ${b}`)
      }
})

test("the same router in two experiments is one computation", () => {
  const [left, right] = rowsOf("learnt")
    .filter(({ head }) => head === "kept")
    .filter((_, i) => i === 0 || i === 3)
  assert.deepEqual(left.stepKeys, right.stepKeys)
  assert.deepEqual(left.stages, right.stages)
  const full = rowsOf("multi_task_full")
  assert.equal(new Set(full.map(({ stepKeys }) => stepKeys.join())).size, 1)
})

test("the comparisons are those that were asked for, head against like head", () => {
  for (const adapter of ["low_rank", "narrow", "mixed"]) {
    const pairs = cell("routing", adapter)
      .comparisons.map(({ left, right }) => `${left} - ${right}`)
      .sort()
    const like = ["merged", "uniform"].flatMap((right) =>
      ["kept", "refit"].map((head) => `learnt (${head} heads) - ${right} (${head} heads)`),
    )
    const selecting = ["class_gaussian", "class_gaussian_full"].flatMap((right) =>
      ["kept", "refit"].map((head) => `learnt (${head} heads) - ${right}`),
    )
    assert.deepEqual(pairs, [...like, ...selecting].sort())
  }
})

test("the results are read back as they were written", () => {
  const read = readResults([...resultsJson(first.results)].join(""), "results.json")
  assert.ok(!isResultsProblem(read), JSON.stringify(read))
  assert.deepEqual(read, JSON.parse(JSON.stringify(first.results)))
})

test("after a change of one option only that router is computed again, and its rows alone change", async () => {
  const changed = await ran(
    example("03_all_rows", { ...(await small()), "temperature: 0.5": "temperature: 0.25" }),
    join(place, "store"),
  )
  const steps = [...changed.computed.values()].sort()
  assert.deepEqual(
    steps.filter((step) => !/^(fit|encode|evaluate): .* cool /.test(step)),
    ["scores: scores of options · low_rank", "scores: scores of options · narrow"],
  )
  assert.equal(steps.length, 2 + 2 * 2 * 2 * 3) // libraries, heads, stages, kinds
  const others = (cells: readonly Cell[]) => cells.map(({ rows }) => rows.filter(({ name }) => name !== "cool"))
  assert.deepEqual(others(changed.results.cells), others(first.results.cells))
})
