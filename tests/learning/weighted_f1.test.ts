/** Weighted F1 against scikit-learn under each set-up, and its paired comparison against resampling done in numpy. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { classCounts } from "../../src/learning/class_counts.ts"
import { compareRows } from "../../src/learning/comparisons.ts"
import { compareF1 } from "../../src/learning/f1_comparison.ts"
import { f1Matrix, withWeightedF1 } from "../../src/learning/f1_figures.ts"
import { weightedF1 } from "../../src/learning/metrics/index.ts"
import type { Cell, Row, Scenario, Setup } from "../../src/learning/results.ts"
import type { RowPlan } from "../../src/run/steps/scores/row_plan.ts"
import { stageOf } from "../../src/run/steps/scores/stage_scores.ts"
import golden from "../golden/weighted_f1.json" with { type: "json" }
import { testDraws } from "./draws.ts"

const TASKS = ["a", "b", "c"]
const examples = golden.task.map((task, i) => ({ task, class: 3 * task + golden.label[i], id: `x${i}` }))
const classes = TASKS.flatMap((_, task) => golden.labels.map((label) => ({ task, label })))

/** A row after the last task, through the step that scores. */
const rowOf = (side: number, scenario: Scenario, seed = 1, name = ["left", "right"][side]): Row => {
  const logits = { shape: [examples.length, 9], data: Float32Array.from(golden.logits[side].flat()) }
  const stage = stageOf(
    { json: {}, arrays: { logits } },
    2,
    Int32Array.from(examples.keys()),
    classes,
    Int32Array.from(golden.task),
    TASKS,
    { how: "composes", granularity: "example" } as RowPlan,
    scenario === "domain_incremental",
  )
  const known = {
    plugin: "l2r",
    head: "kept",
    source: "memory",
    knowsTask: false,
    kind: "router",
    how: "composes",
  } as const
  const cost = { trainableParameters: 0, storedBytes: 0, forwardFlops: 1, fitSeconds: 0 }
  const matrix = { classIncremental: [], taskIncremental: [] }
  return { ...known, name, seed, stages: [stage], matrix, cost, stepKeys: [], warnings: [] }
}
const cellOf = (scenario: Scenario, rows: readonly Row[]): Omit<Cell, "comparisons"> => ({
  experiment: "e",
  adapter: "low_rank",
  order: "written",
  scenario,
  tasks: TASKS,
  classes,
  examples,
  rows,
  summary: [],
})
const setupIn = (scenario: Scenario): Setup => (scenario === "task_incremental" ? scenario : "class_incremental")
const both = (scenario: Scenario) => cellOf(scenario, [rowOf(0, scenario), rowOf(1, scenario)])
const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual}, ${expected}`)
const scenarios = ["class_incremental", "task_incremental", "domain_incremental"] as const
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

for (const scenario of scenarios) {
  test(`${scenario}: each task as scikit-learn has it, the mean over tasks with an interval around it`, () => {
    const cell = both(scenario)
    const lines = cell.rows.map(({ name, head }) => ({ row: name, head }) as Cell["summary"][number])
    const { rows, summary } = withWeightedF1({ ...cell, summary: lines }, () => testDraws(3))
    rows.forEach(({ matrix }, side) => {
      const expected = golden.f1[side][scenario]
      matrix.weightedF1![2].forEach((value, task) => near(value!, expected[task], 1e-4)) // seven digits
      assert.deepEqual(matrix.weightedF1!.slice(0, 2), [
        [null, null, null],
        [null, null, null],
      ])
      const { value, interval } = summary[side].weightedF1!
      near(value, mean(expected), 1e-4)
      assert.ok(interval![0] < value && value < interval![1])
    })
  })

  test(`${scenario}: a comparison's interval and p are those of resampled examples and exchanged predictions`, () => {
    const { comparisons, notices } = compareRows(
      [both(scenario)],
      [{ left: "left", against: ["right"], on: "weighted_f1", setup: setupIn(scenario) }],
      () => testDraws(4),
    )
    assert.deepEqual(notices, [[]])
    const [{ difference, interval, p, conclusion, examples: count }] = comparisons[0]
    const { interval: expected, p: chance } = golden.compared[scenario]
    near(difference, mean(golden.f1[0][scenario]) - mean(golden.f1[1][scenario]), 1e-4)
    assert.equal(count, 77)
    // A bound is a quantile of 2000 draws on either side: each has a standard error of sqrt(q(1-q)/2000) / density, 0.06 standard
    // errors of the difference (an interval is 3.9 of them wide), so their difference has 0.085. Four of those.
    for (const end of [0, 1]) near(interval[end], expected[end], ((4 * 0.085) / 3.9) * (expected[1] - expected[0]))
    // Exchanges: 10000 here, 2000 there.
    near(p, chance, 4 * Math.sqrt(chance * (1 - chance) * (1 / 2000 + 1 / 10000)))
    assert.match(conclusion, /weighted F1 \((class|task)-incremental|weighted F1 \(domain-incremental/)
  })
}

test("hand-computed: a class that is never predicted counts 0, one without examples nothing", () => {
  // 3 of class 0, 1 of class 1; predicted: 0 0 1 0. F1 of 0: 2·2/(3+3), of 1: 0.
  near(weightedF1([3, 3, 2, 1, 1, 0, 0, 0, 0]), (3 / 4) * (4 / 6), 1e-12)
  assert.equal(weightedF1([0, 0, 0]), 0)
})

test("a row against itself: no difference, p 1; the other way round the difference turns its sign", () => {
  const [left, right] = both("class_incremental").rows
  const sample = (a: Row, b: Row) => classCounts([[a], [b]], both("class_incremental"), "class_incremental")!
  const same = compareF1(sample(left, left), testDraws(1), 200)
  assert.deepEqual([same.difference, same.p, ...same.interval], [0, 1, 0, 0])
  const there = compareF1(sample(left, right), testDraws(1), 200)
  const back = compareF1(sample(right, left), testDraws(1), 200)
  near(there.difference, -back.difference, 1e-12)
})

test("seeds: the difference is the mean over seeds", () => {
  const rows = [rowOf(0, "class_incremental"), rowOf(1, "class_incremental", 2, "left")]
  const others = [rowOf(1, "class_incremental", 1, "right"), rowOf(1, "class_incremental", 2, "right")]
  const sample = classCounts([rows, others], both("class_incremental"), "class_incremental")!
  const [one, two] = golden.f1.map(({ class_incremental }) => mean(class_incremental))
  near(compareF1(sample, testDraws(1), 200).difference, (one - two) / 2, 1e-4)
})

test("what can't be compared says why", () => {
  const asked = { left: "left", against: ["right"], on: "weighted_f1", setup: "class_incremental" } as const
  const left = rowOf(0, "class_incremental")
  const cut = { ...rowOf(1, "class_incremental"), stages: [] }
  const { notices } = compareRows([cellOf("class_incremental", [left, cut])], [asked], () => testDraws(1))
  assert.match(notices[0][0], /left against right on weighted_f1 is left out: a row lacks the last stage/)
  assert.deepEqual(f1Matrix(cut, both("class_incremental"), "class_incremental")[2], [null, null, null])
})
