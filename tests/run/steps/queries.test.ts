/** Routers of every query and level through the steps, on the planted library, where a wrong row of a query shows. */
import assert from "node:assert/strict"
import { test } from "node:test"
import l2r from "../../../plugins/routers/l2r.ts"
import similarity from "../../../plugins/routers/similarity.ts"
import {
  add,
  constant,
  defineRouter,
  linearScores,
  matmul,
  NoOptions,
  type Router,
  Schema,
  softmax,
  sub,
  zeros,
} from "../../../src/plugin/index.ts"
import { StepError } from "../../../src/run/work.ts"
import { engineOf } from "../../../src/testing/toy_network.ts"
import { plantedModule, plantedNetwork, plantedTask, TASKS } from "../planted_network.ts"
import { evaluateRouter, fitRouter, scoreRows, smallStream } from "./small_stream.ts"

const each = Array.from({ length: TASKS }, (_, t) => t)
const made = (async () => {
  const bench = { network: await plantedNetwork(), engine: await engineOf("onnxruntime") }
  return { bench, stream: await smallStream(bench, each.map(plantedTask), 5), modules: each.map(plantedModule) }
})()

const FITTING = { epochs: 15, batch: 16, learning_rate: 0.1, head_learning_rate: 0.01 }

/** Router accuracy and accuracy within tasks after some task. */
const after = async (stage: number, router: Router, written: object = {}) => {
  const { bench, stream, modules } = await made
  const options = Schema.decodeUnknownSync(router.options)(written as never)
  const on = { ...bench, plugins: [router] }
  const chosen = { plugin: router.name, options }
  const fit = await fitRouter(on, stream, modules, chosen, stage, FITTING)
  const evaluation = await evaluateRouter(on, stream, modules, router, chosen, fit, stage)
  const how = router.routing(options).aggregate === "select" ? "selects" : "composes"
  const {
    rows: [row],
  } = await scoreRows(on, stream, [{ name: router.name, how, evaluations: new Map([[stage, evaluation]]) }])
  const task = stream.truth.arrays.task.data
  const { example, chosen: modulesChosen } = row.stages[0].predictions
  const right = example.filter((i, k) => modulesChosen[k] === Number(task[i])).length
  return {
    routed: (100 * right) / example.length,
    matrix: row.matrix.taskIncremental[stage].slice(0, stage + 1) as number[],
    chosen: modulesChosen,
  }
}

const sound = async (stage: number, router: Router, written: object = {}) => {
  const { routed, matrix } = await after(stage, router, written)
  assert.ok(
    routed >= 90 && matrix.every((value) => value >= 90),
    `after task ${stage}: routed ${routed}, within tasks ${matrix}`,
  )
}

for (const stage of [0, 1, 2]) {
  test(`after task ${stage + 1}: statistics choose among the modules so far`, () => sound(stage, similarity))
  test(`after task ${stage + 1}: a router on frozen features, and one on states`, async () => {
    await sound(stage, l2r, { scope: "global" })
    await sound(stage, l2r, { relaxation: "softmax" })
  })
}

test("a router that learns from task ids is fed those of the memory, then those of the test set", () =>
  sound(
    2,
    defineRouter({
      name: "task_table",
      summary: "a row of logits for each task",
      options: NoOptions,
      routing: () => ({ query: "task", level: "layer", granularity: "example", aggregate: "outputs" }),
      parameters: ({ width, modules }) => ({ W: zeros([width, modules]) }),
      gates: (task, { W }) => softmax(matmul(task, W)),
    }),
  ))

test("statistics reach the units of every level", () =>
  sound(
    2,
    defineRouter({
      name: "nearest_task",
      summary: "a softmax over distances to task means, at each block",
      options: NoOptions,
      routing: () => ({ query: "frozen_mean", level: "layer", granularity: "example", aggregate: "outputs" }),
      statisticsFrom: () => "train",
      statistics: (given) => {
        const { V, c, center, width, groups } = linearScores(given, "task_centroid", 0)
        return {
          V: { shape: [width, groups], data: V.map((x) => 20 * x) },
          c: { shape: [groups], data: c.map((x) => 20 * x) },
          center: { shape: [width], data: center },
        }
      },
      gates: (phi, { V, c, center }) => softmax(add(matmul(sub(phi, center), V), c)),
    }),
  ))

test("a router that reads nothing selects the same module for every text", async () => {
  const always = defineRouter({
    name: "always_the_second",
    summary: "module 2",
    options: NoOptions,
    routing: () => ({ query: "nothing", level: "model", granularity: "example", aggregate: "select" }),
    gates: (_query, _p, _options, { modules }) => constant(each.slice(0, modules).map((m) => (m === 1 ? 1 : 0))),
  })
  const { chosen, matrix } = await after(2, always)
  assert.equal(chosen.length, 3 * 24)
  assert.ok(chosen.every((m) => m === 1))
  assert.ok(matrix[1] >= 90 && matrix[0] < 60 && matrix[2] < 60, String(matrix))
})

test("a router that composes what every module predicts is refused with a reason", async () => {
  const confident = defineRouter({
    name: "confident",
    summary: "all modules, by their confidence",
    options: NoOptions,
    routing: () => ({ query: "predictions", level: "model", granularity: "example", aggregate: "outputs" }),
    gates: (query) => softmax(query),
  })
  await assert.rejects(
    after(2, confident),
    (error) => error instanceof StepError && /predictions of every module/.test(error.message),
  )
})
