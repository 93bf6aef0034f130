import assert from "node:assert/strict"
import { test } from "node:test"
import { accuracyMatrix } from "../../src/learning/accuracy_matrix.ts"
import { compareRows } from "../../src/learning/comparisons.ts"
import { caveatOf, conclude, signed } from "../../src/learning/conclusion.ts"
import { backwardTransfer, forgetting } from "../../src/learning/metrics/index.ts"
import { COMPARABLE, isScore, perExample } from "../../src/learning/per_example.ts"
import type { Row, Stage } from "../../src/learning/results.ts"
import { type Outcomes, summarise } from "../../src/learning/summary.ts"
import { testDraws } from "./draws.ts"

const TASKS = ["living", "made", "felt"]
const examples = Array.from({ length: 330 }, (_, e) => ({
  task: (e * 7) % 3,
  class: ((e * 7) % 3) * 2 + (e % 2),
  id: `x${e}`,
}))
const open = (purpose: string) =>
  testDraws([...purpose].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) | 0, 7))

/** A row that is right with chance `quality` within the task and routes right with chance `routing`. */
function row(name: string, seed: number, quality: number, routing: number, more: Partial<Row> = {}): Row {
  const random = testDraws(seed * 1000 + Math.round(quality * 100) + Math.round(routing * 10))
  const stages = TASKS.map((_, index): Stage => {
    const ids = examples.flatMap(({ task }, e) => (task <= index ? [e] : []))
    const chosen = ids.map((e) =>
      random.uniform() < routing ? examples[e].task : Math.floor(random.uniform() * (index + 1)),
    )
    const within = ids.map((e) => (random.uniform() < quality ? examples[e].class : examples[e].class ^ 1))
    const gates = chosen.map((module) =>
      [0, 1].map((unit) => Array.from({ length: index + 1 }, (_, i) => (i === module ? 0.8 : 0.1 + unit * 0.01))),
    )
    return {
      index,
      predictions: {
        example: ids,
        classIncremental: within.map((predicted, k) =>
          chosen[k] === examples[ids[k]].task ? predicted : chosen[k] * 2,
        ),
        taskIncremental: within,
        chosen,
      },
      gates: {
        units: ["layer.0", "layer.1"],
        modules: TASKS.slice(0, index + 1),
        granularity: "example",
        mean: gates,
        entropy: gates.map(() => [0.5, 0.7]),
      },
    }
  })
  return {
    name,
    plugin: "l2r",
    head: "kept",
    source: "memory",
    knowsTask: false,
    kind: "router",
    how: "composes",
    seed,
    stages,
    matrix: {
      classIncremental: accuracyMatrix(stages, examples, 3, "class_incremental"),
      taskIncremental: accuracyMatrix(stages, examples, 3, "task_incremental"),
    },
    cost: { trainableParameters: 10, storedBytes: 40, forwardFlops: 3, fitSeconds: seed },
    stepKeys: [],
    warnings: seed === 1 ? ["slow"] : [],
    ...more,
  }
}

const cellOf = (rows: readonly Row[]): Outcomes => ({
  experiment: "routing",
  adapter: "low_rank",
  order: "written",
  tasks: TASKS,
  examples,
  classes: Array.from({ length: 6 }, (_, id) => ({ task: id >> 1, label: `x${id}` })),
  rows,
})

test("the figures of a summary are those of the row's matrix, inside their intervals", () => {
  const learnt = row("learnt", 1, 0.9, 0.6)
  const [line] = summarise(cellOf([learnt]), open)
  const R = learnt.matrix.classIncremental
  const near = (a: number | undefined, b: number | undefined) => assert.ok(Math.abs(a! - b!) < 1e-9, `${a} is not ${b}`)
  near(line.forgetting?.value, forgetting(R))
  near(line.backwardTransfer?.value, backwardTransfer(R))
  near(line.classIncremental?.value, R[2].reduce((sum: number, v) => sum + v!, 0) / 3)
  for (const figure of [
    line.classIncremental,
    line.taskIncremental,
    line.anytime,
    line.learningAccuracy,
    line.routerAccuracy,
    line.backwardTransfer,
  ]) {
    const [low, high] = figure!.interval!
    assert.ok(low < figure!.value && figure!.value < high)
  }
  assert.deepEqual(line.entropy, { value: 0.6, interval: [0.6, 0.6] })
  assert.equal(line.routerAccuracy?.majority, line.routerAccuracy?.value)
  assert.equal(line.orderInvariant, true)
})

test("forgetting and backward transfer as other codes define them: mammoth's is never negative, SAPT's mean counts the last task", () => {
  const learnt = row("learnt", 1, 0.9, 0.6)
  // After the last task every text is right, so that earlier tasks are known best at the end.
  const stages = learnt.stages.map((stage) =>
    stage.index < 2
      ? stage
      : {
          ...stage,
          predictions: {
            ...stage.predictions,
            classIncremental: stage.predictions.example.map((e) => examples[e].class),
          },
        },
  )
  const R = accuracyMatrix(stages, examples, 3, "class_incremental")
  const [line] = summarise(cellOf([{ ...learnt, stages }]), open)
  assert.ok(line.forgetting!.value < 0)
  assert.equal(line.forgettingAllRows!.value, 0)
  const gained = R[2][0]! - R[0][0]! + (R[2][1]! - R[1][1]!)
  assert.ok(gained > 0)
  assert.ok(Math.abs(line.backwardTransfer!.value - gained / 2) < 1e-9)
  assert.ok(Math.abs(line.backwardTransferSapt!.value - gained / 3) < 1e-9)
})

test("under task_incremental every figure is that of the matrix within tasks, and there is one accuracy", () => {
  const learnt = row("learnt", 1, 0.9, 0.6, { stages: row("learnt", 1, 0.9, 0.6).stages })
  const stages = learnt.stages.map((stage) => ({
    ...stage,
    predictions: {
      ...stage.predictions,
      taskIncremental: stage.predictions.taskIncremental.map((c, k) => (k % 4 ? c : -1)),
    },
  }))
  const cell = { ...cellOf([{ ...learnt, stages }]), scenario: "task_incremental" as const }
  const [line] = summarise(cell, open)
  const R = accuracyMatrix(stages, examples, 3, "task_incremental")
  const near = (a: number | undefined, b: number | undefined) => assert.ok(Math.abs(a! - b!) < 1e-9, `${a} is not ${b}`)
  assert.equal(line.classIncremental, undefined)
  near(line.taskIncremental?.value, R[2].reduce((sum: number, v) => sum + v!, 0) / 3)
  near(line.forgetting?.value, forgetting(R))
  near(line.learningAccuracy?.value, R.reduce((sum, values, i) => sum + values[i]!, 0) / 3)
  assert.notDeepEqual(R, accuracyMatrix(stages, examples, 3, "class_incremental"))
})

test("a summary is the mean over seeds, with the mean cost and all warnings", () => {
  const rows = [2, 1, 3].map((seed) => row("learnt", seed, 0.9, 0.6))
  const [line] = summarise(cellOf(rows), open)
  const mean =
    rows.reduce((sum, { matrix }) => sum + matrix.taskIncremental[2].reduce((s: number, v) => s + v! / 3, 0), 0) / 3
  assert.ok(Math.abs(line.taskIncremental!.value - mean) < 1e-9)
  assert.equal(line.seeds, 3)
  assert.equal(line.cost.fitSeconds, 2)
  assert.deepEqual(line.warnings, ["slow"])
})

test("a line's figures do not depend on the other lines, nor on the order of the seeds", () => {
  const own = [1, 2].map((seed) => row("learnt", seed, 0.9, 0.6))
  const alone = summarise(cellOf(own), open)[0]
  const beside = summarise(cellOf([row("other", 1, 0.7, 0.5), ...own.toReversed()]), open)[1]
  assert.deepEqual(alone, beside)
})

test("heads are rows of their own; a row without figures says why; the oracle gap is paired", () => {
  const oracle = row("oracle", 1, 0.95, 1, { kind: "bound", knowsTask: true, how: "selects", source: "none" })
  const lines = summarise(
    cellOf([
      row("learnt", 1, 0.9, 0.6),
      row("learnt", 1, 0.85, 0.7, { head: "refit" }),
      oracle,
      row("arrow", 1, 0.5, 0.5, { stages: [], notDefined: "bottlenecks have no direction" }),
    ]),
    open,
  )
  assert.deepEqual(
    lines.map(({ row, head }) => `${row} ${head}`),
    ["learnt kept", "learnt refit", "oracle kept", "arrow kept"],
  )
  assert.equal(lines[3].notDefined, "bottlenecks have no direction")
  assert.equal(lines[3].classIncremental, undefined)
  assert.ok(
    Math.abs(lines[0].oracleGap!.value - (lines[2].classIncremental!.value - lines[0].classIncremental!.value)) < 1e-9,
  )
  assert.equal(lines[2].oracleGap, undefined)
})

test("a row that has only its last stage has accuracies and no figures over stages", () => {
  const whole = row("multi_task", 1, 0.9, 1, { how: "shared" })
  const [line] = summarise(cellOf([{ ...whole, stages: whole.stages.slice(2) }]), open)
  assert.ok(line.classIncremental !== undefined && line.taskIncremental !== undefined)
  assert.equal(line.anytime, undefined)
  assert.equal(line.forgetting, undefined)
  assert.equal(line.orderInvariant, false)
})

test("figures per example have the macro mean of the row's own metrics", () => {
  const learnt = row("learnt", 1, 0.9, 0.6)
  const cell = cellOf([learnt])
  const [line] = summarise(cell, open)
  const expected = [
    line.classIncremental,
    line.anytime,
    line.backwardTransfer,
    line.learningAccuracy,
    line.routerAccuracy,
  ]
  COMPARABLE.filter((on) => !isScore(on)).forEach((on, k) => {
    const { values, scale } = perExample(on, learnt, cell, "class_incremental")!
    const mean = TASKS.reduce((sum, _, t) => {
      const own = values.filter((_, e) => examples[e].task === t)
      return sum + own.reduce((a, b) => a + b, 0) / own.length / 3
    }, 0)
    assert.ok(values.every(Number.isInteger), on)
    assert.ok(
      Math.abs((100 * mean) / scale - expected[k]!.value) < 1e-9,
      `${on}: ${(100 * mean) / scale} is not ${expected[k]!.value}`,
    )
  })
})

const setup = "class_incremental" as const

test("comparisons: difference, correction over all of them, and a sentence that claims no more than it may", () => {
  const cell = cellOf([row("learnt", 1, 0.95, 0.9), row("nearest", 1, 0.7, 0.5), row("twin", 1, 0.94, 0.9)])
  const asked = [{ left: "learnt", against: ["nearest", "twin"], on: "accuracy", setup }]
  const {
    comparisons,
    notices: [notices],
  } = compareRows([cell], asked, open)
  const [far, close] = comparisons[0]
  assert.deepEqual(notices, [])
  assert.ok(far.difference > 20 && far.interval[0] > 0 && far.corrected < 0.05)
  assert.match(
    far.conclusion,
    /^learnt is \d+\.\d points better than nearest on accuracy \(class-incremental\): .*conditional on these modules \(one seed\)\.$/,
  )
  assert.equal(far.corrected, Math.min(1, 2 * far.p))
  assert.ok(close.corrected > 0.05)
  assert.match(
    close.conclusion,
    /^No difference between learnt and twin is shown .*not to say that they are equal.*would have been found four times in five/,
  )
  assert.doesNotMatch(close.conclusion, /better|no effect|the same/)
  assert.equal(far.examples, 330)
})

test("questions by class and by task share one correction", () => {
  const cell = cellOf([row("learnt", 1, 0.95, 0.9), row("nearest", 1, 0.9, 0.88)])
  const question = { left: "learnt", against: ["nearest"], on: "accuracy" }
  const both = [
    { ...question, setup },
    { ...question, setup: "task_incremental" },
  ] as const
  const [first, second] = compareRows([cell], both, open).comparisons[0]
  assert.deepEqual([first.setup, second.setup], [setup, "task_incremental"])
  const [least, other] = [first, second].sort((a, b) => a.p - b.p)
  assert.equal(least.corrected, Math.min(1, 2 * least.p))
  assert.equal(other.corrected, Math.max(least.corrected, other.p))
})

test("a comparison's own figures do not depend on what else is compared", () => {
  const cell = cellOf([row("learnt", 1, 0.95, 0.9), row("nearest", 1, 0.9, 0.8), row("twin", 1, 0.94, 0.9)])
  const of = (against: string[]) =>
    compareRows([cell], [{ left: "learnt", against, on: "accuracy", setup }], open).comparisons[0]
  const { corrected: _, conclusion: __, ...alone } = of(["twin"])[0]
  const { corrected: ___, conclusion: ____, ...among } = of(["nearest", "twin"])[1]
  assert.deepEqual(alone, among)
})

test("like heads are compared; unlike heads only where there are no like ones, with a caveat", () => {
  const learnt = [row("learnt", 1, 0.95, 0.9), row("learnt", 1, 0.9, 0.9, { head: "refit" })]
  const uniform = [row("uniform", 1, 0.8, 0.6), row("uniform", 1, 0.85, 0.6, { head: "refit" })]
  const asked = [{ left: "learnt", against: ["uniform", "nearest"], on: "accuracy", setup }]
  const nearest = row("nearest", 1, 0.8, 0.8, { source: "train", how: "selects" })
  const { comparisons } = compareRows([cellOf([...learnt, ...uniform, nearest])], asked, open)
  assert.deepEqual(
    comparisons[0].map(({ left, right }) => `${left} - ${right}`),
    [
      "learnt (kept heads) - uniform (kept heads)",
      "learnt (refit heads) - uniform (refit heads)",
      "learnt (kept heads) - nearest",
      "learnt (refit heads) - nearest",
    ],
  )
  assert.equal(comparisons[0][0].caveat, undefined)
  assert.match(comparisons[0][2].caveat!, /unequal sources: .* nearest statistics of all training data/)
  assert.match(comparisons[0][3].caveat!, /unequal heads/)
  assert.match(comparisons[0][3].conclusion, /not a matter of routing alone/)
})

test("several seeds: only shared seeds are paired, and the sentence names their number", () => {
  const rows = [1, 2, 3].map((seed) => row("learnt", seed, 0.95, 0.9))
  const others = [2, 3, 4].map((seed) => row("nearest", seed, 0.8, 0.5))
  const { comparisons } = compareRows(
    [cellOf([...rows, ...others])],
    [{ left: "learnt", against: ["nearest"], on: "accuracy", setup }],
    open,
  )
  assert.equal(comparisons[0][0].seeds, 2)
  assert.match(comparisons[0][0].conclusion, /over 2 seeds/)
})

test("what cannot be compared is a notice, not a number", () => {
  const cell = cellOf([
    row("learnt", 1, 0.95, 0.9),
    row("arrow", 1, 0.9, 0.9, { stages: [], notDefined: "no direction" }),
  ])
  const asked = [
    { left: "learnt", against: ["arrow", "absent"], on: "accuracy", setup },
    { left: "learnt", against: ["learnt"], on: "forgetting", setup },
  ]
  const {
    comparisons,
    notices: [notices],
  } = compareRows([cell], asked, open)
  assert.deepEqual(comparisons, [[]])
  assert.equal(notices.length, 3)
  assert.match(notices[0], /not defined \(no direction\)/)
  assert.match(notices[1], /no such pair/)
  assert.match(notices[2], /not a mean over test examples/)
})

test("caveats: the task told, the batch read, a shared module, and none where the rows are alike", () => {
  const plain = { source: "memory", head: "kept", knowsTask: false, how: "composes" } as const
  assert.equal(caveatOf("a", plain, "b", plain), undefined)
  assert.match(caveatOf("a", { ...plain, knowsTask: true }, "b", plain)!, /a is told the task/)
  assert.match(caveatOf("a", plain, "b", { ...plain, leaks: "batch" })!, /the gates of b depend on the other texts/)
  assert.match(caveatOf("a", plain, "b", { ...plain, how: "shared" })!, /b trains one shared module/)
  const some = { ...plain, memory: "random" }
  assert.equal(caveatOf("a", some, "b", plain), undefined)
  assert.equal(caveatOf("a", some, "b", some), undefined)
  assert.equal(
    caveatOf("a", some, "b", { ...some, memory: "random { per_class: 1 }" }),
    "unequal memories: a has random, b random { per_class: 1 }",
  )
})

test("router accuracy: mean over units, and the majority vote beside it", () => {
  const learnt = row("learnt", 1, 0.9, 1)
  const stages = learnt.stages.map((stage) => ({
    ...stage,
    gates: {
      ...stage.gates!,
      units: ["a", "b", "c", "d"],
      mean: stage.gates!.mean.map(([unit]) => [unit, unit, unit, unit.map((gate) => -gate)]),
    },
  }))
  const [line] = summarise(cellOf([{ ...learnt, stages }]), open)
  assert.ok(Math.abs(line.routerAccuracy!.value - 75) < 1e-9)
  assert.equal(line.routerAccuracy!.majority, 100)
})

test("differences bear their sign, and what is rounded to 0 has none", () => {
  assert.deepEqual([2.46, -11, 0.04, -0.04, 0].map(signed), ["+2.5", "-11.0", "0.0", "0.0", "0.0"])
})

test("no difference is claimed where the correction or the interval forbids it", () => {
  const found = {
    left: "a",
    right: "b",
    on: "accuracy",
    setup: "class_incremental",
    difference: 1.2,
    minimumDetectable: 1.4,
    examples: 900,
    seeds: 1,
  } as const
  const claimed = conclude({ ...found, interval: [0.4, 2.1], p: 0.001, corrected: 0.004 }, 4)
  assert.match(claimed, /^a is 1\.2 points better than b .*p = 0\.004 after the correction for 4 comparisons/)
  const uncorrected = conclude({ ...found, interval: [0.1, 2.3], p: 0.03, corrected: 0.12 }, 4)
  assert.match(
    uncorrected,
    /^No difference .*p = 0\.030 does not stand after the correction for 4 comparisons \(= 0\.120\)/,
  )
  const wide = conclude({ ...found, interval: [-0.1, 2.3], p: 0.001, corrected: 0.004, seeds: 3 }, 4)
  assert.match(
    wide,
    /^No difference .*the interval holds 0; a true difference of 1\.4 points or more .*, over 3 seeds\.$/,
  )
  assert.match(
    conclude({ ...found, interval: [0, 0], p: 1, corrected: 1, minimumDetectable: 600 }, 1),
    /no effect could have been found/,
  )
})

test("a comparison that no order can change says so where there are several orders", () => {
  const [learnt, uniform] = [row("learnt", 1, 0.9, 0.6), row("uniform", 1, 0.8, 0.4)]
  const invariant = (orders: readonly string[], on: string, left: Row = learnt) => {
    const cells = orders.map((order) => ({ ...cellOf([left, uniform]), order }))
    const asked = [{ left: "learnt", against: ["uniform"], on, setup: "class_incremental" as const }]
    return compareRows(cells, asked, open).comparisons.flatMap((ofCell) => ofCell.map((one) => one.orderInvariant))
  }
  assert.deepEqual(invariant(["written", "reversed"], "accuracy"), [true, true])
  assert.deepEqual(invariant(["written"], "accuracy"), [undefined])
  assert.deepEqual(invariant(["written", "reversed"], "anytime_accuracy"), [undefined, undefined])
  const reservoir = { ...learnt, dependsOnOrder: true as const }
  assert.deepEqual(invariant(["written", "reversed"], "accuracy", reservoir), [undefined, undefined])
})
