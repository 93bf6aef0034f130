import assert from "node:assert/strict"
import { test } from "node:test"
import { accuracyMatrix, type Matrix, microAccuracy } from "../../src/learning/accuracy_matrix.ts"
import { guesses } from "../../src/learning/guesses.ts"
import {
  anytimeAccuracy,
  averageAccuracy,
  backwardTransfer,
  bernoulliEntropy,
  FORGETTING_VARIANTS,
  forgetting,
  forwardTransfer,
  learningAccuracy,
  METRICS,
  majority,
  mutualInformation,
  normalisedEntropy,
  oracleGap,
  rightMass,
  rightUnits,
  utilisation,
} from "../../src/learning/metrics/index.ts"
import type { Stage } from "../../src/learning/results.ts"

const near = (actual: number | undefined, expected: number) =>
  assert.ok(Math.abs(actual! - expected) < 1e-9, `${actual} is not ${expected}`)

const R: Matrix = [
  [90, null, null],
  [95, 80, null],
  [60, 85, 70],
]

test("average, anytime and learning accuracy of a hand-computed matrix", () => {
  near(averageAccuracy(R), 215 / 3)
  near(averageAccuracy(R, 1), 87.5)
  near(anytimeAccuracy(R), (90 + 87.5 + 215 / 3) / 3)
  near(learningAccuracy(R), 240 / 3)
})

test("forgetting of a hand-computed matrix, in every variant", () => {
  near(forgetting(R), (35 - 5) / 2)
  near(forgetting(R, "before_last"), (35 - 5) / 2)
  near(forgetting(R, "all_rows"), (35 + 0) / 2)
  near(forgetting(R, "first"), (30 - 5) / 2)
})

test("Chaudhry's forgetting is negative where the last row is the best, mammoth's never", () => {
  const rising: Matrix = [
    [50, null],
    [70, 60],
  ]
  near(forgetting(rising), -20)
  near(forgetting(rising, "all_rows"), 0)
})

test("forward transfer of a hand-computed matrix: what lies above the diagonal, over what a guess gets", () => {
  const ahead: Matrix = [
    [90, 55, null],
    [95, 80, 40],
    [60, 85, 70],
  ]
  near(forwardTransfer(ahead, [50, 50, 25]), (5 + 15) / 2)
  assert.equal(forwardTransfer(R, [50, 50, 50]), undefined)
  assert.equal(forwardTransfer([[90]], [50]), undefined)
  near(forgetting(ahead), forgetting(R)!)
  near(backwardTransfer(ahead), backwardTransfer(R)!)
})

test("a guess among the labels so far: a label that has not come is never guessed, and of answers nothing is", () => {
  const labels = [
    ["good", "bad"],
    ["bad", "good"],
    ["good", "mixed"],
  ]
  const classes = labels.flatMap((own, task) => own.map((label) => ({ task, label })))
  const examples = [0, 1, 2, 3, 3, 4, 4, 4, 5].map((id, i) => ({ task: classes[id].task, class: id, id: `x${i}` }))
  const cell = { tasks: ["a", "b", "c"], examples, classes }
  assert.deepEqual(guesses(cell), [0, 50, (100 * 3) / 4 / 2])
  assert.deepEqual(guesses({ ...cell, answers: {} as never }), [0, 0, 0])
})

test("backward transfer, and SAPT's variant is (T-1)/T of it", () => {
  near(backwardTransfer(R), (-30 + 5) / 2)
  near(backwardTransfer(R, "sapt"), ((3 - 1) / 3) * backwardTransfer(R)!)
  near(forgetting(R, "first"), -backwardTransfer(R)!)
})

test("one task: accuracies are there, forgetting and transfer are not defined", () => {
  const one: Matrix = [[75]]
  near(averageAccuracy(one), 75)
  near(anytimeAccuracy(one), 75)
  for (const variant of FORGETTING_VARIANTS) assert.equal(forgetting(one, variant), undefined)
  assert.equal(backwardTransfer(one), undefined)
  assert.equal(averageAccuracy([]), undefined)
})

test("a missing stage leaves figures that need it undefined, never wrong", () => {
  const lastOnly: Matrix = [
    [null, null],
    [70, 60],
  ]
  near(averageAccuracy(lastOnly), 65)
  assert.equal(anytimeAccuracy(lastOnly), undefined)
  assert.equal(learningAccuracy(lastOnly), undefined)
  assert.equal(forgetting(lastOnly), undefined)
  assert.equal(backwardTransfer(lastOnly), undefined)
})

test("isolation and oracle routing: R[i][j] = R[j][j] gives forgetting 0 and backward transfer 0", () => {
  const isolated: Matrix = [
    [83, null, null],
    [83, 91, null],
    [83, 91, 77],
  ]
  for (const variant of FORGETTING_VARIANTS) assert.equal(forgetting(isolated, variant), 0)
  assert.equal(backwardTransfer(isolated), 0)
})

const examples = [
  { task: 1, class: 2, id: "a" },
  { task: 0, class: 0, id: "b" },
  { task: 0, class: 1, id: "c" },
  { task: 0, class: 0, id: "d" },
]
const stage: Stage = {
  index: 1,
  predictions: {
    example: [0, 1, 2, 3],
    classIncremental: [2, 0, 2, 2],
    taskIncremental: [2, 0, 0, 0],
    chosen: [1, 0, 1, 1],
  },
}

test("the accuracy matrix is macro over tasks; the micro average weighs examples", () => {
  assert.deepEqual(accuracyMatrix([stage], examples, 2, "class_incremental"), [
    [null, null],
    [100 / 3, 100],
  ])
  assert.deepEqual(accuracyMatrix([stage], examples, 2, "task_incremental")[1], [200 / 3, 100])
  near(microAccuracy(stage, examples, "class_incremental"), 50)
  near(microAccuracy(stage, examples, "task_incremental"), 75)
})

test("a task without test examples has no accuracy, and the average says so", () => {
  const three = accuracyMatrix([{ ...stage, index: 2 }], examples, 3, "class_incremental")
  assert.equal(three[2][2], null)
  assert.equal(averageAccuracy(three), undefined)
})

test("router accuracy by units and by majority; ties go to the larger mass, then to the lower index", () => {
  const gates = [
    [0.9, 0.1],
    [0.4, 0.6],
    [0.3, 0.7],
  ]
  near(rightUnits(gates, 1), 2 / 3)
  assert.equal(majority(gates), 1)
  assert.equal(
    majority([
      [0.9, 0.1],
      [0.4, 0.6],
    ]),
    0,
  )
  assert.equal(
    majority([
      [0.5, 0.5],
      [0.5, 0.5],
    ]),
    0,
  )
  near(rightMass(gates, 0), (0.9 + 0.4 + 0.3) / 3)
  near(rightMass([[1, 3]], 1), 0.75)
  near(rightMass([[0, 0]], 1), 0)
})

test("entropies: bounds, hand values, six significant digits", () => {
  assert.equal(normalisedEntropy([1, 1, 1, 1]), 1)
  assert.equal(normalisedEntropy([0, 5, 0]), 0)
  assert.equal(normalisedEntropy([0.7]), 0)
  assert.equal(normalisedEntropy([0, 0]), 0)
  assert.equal(normalisedEntropy([0.25, 0.75]), 0.811278)
  assert.equal(bernoulliEntropy([0.5, 0.5]), 1.38629)
  assert.equal(bernoulliEntropy([0, 1]), 0)
})

test("utilisation and mutual information: decided and varied is log N, the same for all is 0", () => {
  const varied = [
    [1, 0],
    [0, 2],
  ]
  assert.deepEqual([...utilisation(varied)], [0.5, 0.5])
  assert.equal(mutualInformation(varied), 0.693147)
  assert.equal(
    mutualInformation([
      [0.3, 0.7],
      [0.3, 0.7],
    ]),
    0,
  )
  assert.equal(mutualInformation([]), 0)
})

test("oracle gap", () => {
  near(oracleGap(80, 62), 18)
  assert.equal(oracleGap(undefined, 62), undefined)
})

test("every metric has one name, a version and a formula", () => {
  assert.equal(new Set(METRICS.map(({ name }) => name)).size, METRICS.length)
  for (const metric of METRICS) assert.ok(metric.version >= 1 && metric.formula !== "" && metric.reference !== "")
})
