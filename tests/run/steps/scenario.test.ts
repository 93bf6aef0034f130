/** What a domain-incremental stream changes: a prediction counts by its label, and a joint head has one column for each label. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Cell } from "../../../src/learning/index.ts"
import type { Artifact, Json } from "../../../src/plan/step.ts"
import { jointColumns } from "../../../src/run/steps/given.ts"
import { perform } from "../../../src/testing/work.ts"

const nothing = {} as never
const artifact = (json: object, arrays: Artifact["arrays"] = {}): Artifact => ({ json: json as Json, arrays })
const ints = (...numbers: number[]) => ({ shape: [numbers.length], data: Int32Array.from(numbers) })
const table = (width: number, ...numbers: number[]) => ({
  shape: [numbers.length / width, width],
  data: Float32Array.from(numbers),
})

/** Two tasks with the labels good and bad, each in an order of its own. */
const classes = [
  { task: 0, label: "good" },
  { task: 0, label: "bad" },
  { task: 1, label: "bad" },
  { task: 1, label: "good" },
]
const truth = artifact(
  { tasks: ["books", "films"], classes, ids: ["a", "b", "c", "d"] },
  { task: ints(0, 0, 1, 1), class: ints(0, 1, 2, 3) },
)
const blind = artifact({}, { "stage/0": ints(0, 1), "stage/1": ints(0, 1, 2, 3) })
/** After both tasks: the first three are given the right label by the other task's head, the last a wrong one by its own. */
const logits = table(4, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0.5)

const scored = async (scenario: object, how: "composes" | "selects") => {
  const row = {
    name: "row",
    plugin: "p",
    kind: "router",
    head: "kept",
    source: "none",
    knowsTask: false,
    how,
    seed: 1,
    granularity: "example",
    fits: [],
    stepKeys: [],
    stages: [{ index: 1, evaluation: 0 }],
  }
  const evaluation = artifact({ flops: 1 }, { logits, chosen: ints(1, 1, 0, 1) })
  const { json } = await perform(
    nothing,
    "scores",
    { experiment: "e", adapter: "a", order: "written", rows: [row], ...scenario },
    { truth, blind, evaluations: [evaluation], fits: [], single: [] },
  )
  return (json as unknown as Cell).rows[0].matrix.classIncremental[1]
}

test("a prediction by another task's head is right where tasks share their labels, and wrong where they do not", async () => {
  for (const how of ["composes", "selects"] as const) {
    assert.deepEqual(await scored({}, how), [0, 0], how)
    assert.deepEqual(await scored({ scenario: "domain_incremental" }, how), [100, 50], how)
  }
})

const tokens = [
  ["good", "bad"],
  ["bad", "good", "new"],
].map((labels) => artifact({ labels }))

test("a joint head has a column for each class, or for each label", () => {
  assert.deepEqual([...jointColumns(tokens, false)], [0, 1, 2, 3, 4])
  assert.deepEqual([...jointColumns(tokens, true)], [0, 1, 1, 0, 2])
  assert.deepEqual([...jointColumns(tokens.slice(0, 1), true)], [0, 1])
})

test("a shared model is read through these columns, those of later tasks left out", async () => {
  const encoded = artifact({ flops: 1 }, { features: table(2, 1, 10) })
  const head = { "head/W": table(3, 1, 2, 3, 4, 5, 6), "head/b": { shape: [3], data: Float32Array.of(0.5, 0, 0) } }
  const logitsOf = async (seen: readonly Artifact[], scenario: object) => {
    const options = { how: "shared", stage: seen.length - 1, seed: 1, ...scenario }
    const { arrays } = await perform(nothing, "evaluate", options, {
      encoded,
      shared: artifact({}, head),
      tokens: seen,
    })
    return [...arrays.logits.data]
  }
  assert.deepEqual(await logitsOf(tokens, { scenario: "domain_incremental" }), [41.5, 52, 52, 41.5, 63])
  assert.deepEqual(await logitsOf(tokens.slice(0, 1), {}), [41.5, 52])
})
