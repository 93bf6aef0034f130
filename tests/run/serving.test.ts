/** Modules that serve other tasks than those of their places: nothing may rest on "module t is that of task t". */
import assert from "node:assert/strict"
import { test } from "node:test"
import arrow from "../../plugins/routers/arrow.ts"
import l2r from "../../plugins/routers/l2r.ts"
import oracle from "../../plugins/routers/oracle.ts"
import phatgoose from "../../plugins/routers/phatgoose.ts"
import similarity from "../../plugins/routers/similarity.ts"
import taskPredictor from "../../plugins/routers/task_predictor.ts"
import uniform from "../../plugins/routers/uniform.ts"
import { gateUse } from "../../src/learning/gate_use.ts"
import { joinedHead } from "../../src/model/library.ts"
import { moduleOfTask } from "../../src/model/serving.ts"
import type { Artifact, StoredArray } from "../../src/plan/step.ts"
import { type Router, Schema } from "../../src/plugin/index.ts"
import { headIn } from "../../src/run/steps/given.ts"
import { engineOf } from "../../src/testing/toy_network.ts"
import { backbone, perform } from "../../src/testing/work.ts"
import { CLASSES, plantedModule, plantedNetwork, plantedTask, TASKS } from "./planted_network.ts"
import { evaluateRouter, fitRouter, scoreRows, smallStream } from "./steps/small_stream.ts"

const LAST = TASKS - 1
const each = Array.from({ length: TASKS }, (_, t) => t)
const modules = each.map(plantedModule)

const made = (async () => {
  const bench = { network: await plantedNetwork(), engine: await engineOf("onnxruntime") }
  return { bench, stream: await smallStream(bench, each.map(plantedTask), 5) }
})()

const serving = (artifact: Artifact, tasks: readonly number[]): Artifact => ({
  ...artifact,
  json: { ...(artifact.json as object), serves: tasks.map((task) => ({ task, classes: CLASSES })) },
})

/** Arrays side by side, [n, a] and [n, b] -> [n, a + b]; or one after the other. */
const beside = (one: StoredArray, other: StoredArray): StoredArray => {
  const [rows, a, b] = [one.shape[0], one.shape[1], other.shape[1]]
  const at = (r: number, c: number) => Number(c < a ? one.data[r * a + c] : other.data[r * b + c - a])
  return {
    shape: [rows, a + b],
    data: Float32Array.from({ length: rows * (a + b) }, (_, i) => at(Math.floor(i / (a + b)), i % (a + b))),
  }
}
const after = (one: StoredArray, other: StoredArray): StoredArray => ({
  shape: [one.shape[0] + other.shape[0], ...one.shape.slice(1)],
  data: Float32Array.from([...(one.data as Float32Array), ...(other.data as Float32Array)]),
})

/** One module that does what two do. */
const merged = (first: number, second: number): Artifact => {
  const [one, other] = [modules[first], modules[second]]
  const { adapter } = one.json as { adapter: { plugin: string; options: { rank: number; alpha: number } } }
  const rank = 2 * adapter.options.rank
  return serving(
    {
      json: {
        task: `task ${first}+task ${second}`,
        adapter: { ...adapter, options: { ...adapter.options, rank, alpha: rank } },
      },
      arrays: Object.fromEntries(
        Object.entries(one.arrays).map(([name, array]) => [
          name,
          (/\/[AW]$/.test(name) ? beside : after)(array, other.arrays[name]),
        ]),
      ),
    },
    [first, second],
  )
}

const row = async (router: Router, written: object, library: readonly Artifact[]) => {
  const { bench, stream } = await made
  const options = Schema.decodeUnknownSync(router.options)(written as never)
  const chosen = { plugin: router.name, options }
  const fitting = { epochs: 20, batch: 16, learning_rate: 0.05, head_learning_rate: 0.01 }
  const fit = router.alone
    ? await aloneFit(chosen, library, fitting)
    : await fitRouter(bench, stream, library, chosen, LAST, fitting)
  const evaluation = await evaluateRouter(bench, stream, library, router, chosen, fit, LAST)
  const how: "selects" | "composes" = router.routing(options).aggregate === "select" ? "selects" : "composes"
  const cell = await scoreRows(bench, stream, [{ name: router.name, how, evaluations: new Map([[LAST, evaluation]]) }])
  const [summary] = cell.summary
  return {
    accuracy: summary.classIncremental!.value,
    within: summary.taskIncremental!.value,
    routed: summary.routerAccuracy?.value,
    predictions: cell.rows[0].stages[0].predictions,
    names: cell.rows[0].stages[0].gates?.modules,
    own: gateUse(cell, cell.rows)?.units.map(({ own }) => own),
  }
}

/** Gates that are trained with each module alone, given all tasks of the stage: each takes its own. */
const aloneFit = async (router: object, library: readonly Artifact[], fitting: object): Promise<Artifact> => {
  const { bench, stream } = await made
  const options = { backbone, router, name: (router as { plugin: string }).plugin, fitting, seed: 1 }
  const { tokens, features } = stream
  const alone = await Promise.all(
    library.map((module, m) => {
      const own = headIn(module).serves ? { tokens, features } : { tokens: [tokens[m]], features: [features[m]] }
      return perform(bench, "fit", { ...options, alone: true }, { modules: [module], ...own })
    }),
  )
  return perform(bench, "fit", { ...options, head: "kept" }, { modules: library, tokens, alone, previous: [] })
}

const turn = [2, 0, 3, 1]

test("heads are joined in the order of the tasks, wherever their columns stand", () => {
  const heads = modules.map(headIn)
  const turned = turn.map((task) => headIn(serving(modules[task], [task])))
  const pairs = [headIn(merged(0, 2)), headIn(merged(1, 3))]
  for (const other of [turned, pairs]) {
    const { W, b } = joinedHead(other)
    assert.deepEqual([W, b], [joinedHead(heads).W, joinedHead(heads).b])
  }
  assert.deepEqual([...moduleOfTask(heads)], each)
  assert.deepEqual([...moduleOfTask(turned)], [1, 3, 0, 2])
  assert.deepEqual([...moduleOfTask(pairs)], [0, 1, 0, 1])
})

const routers: readonly (readonly [Router, object])[] = [
  [oracle, {}],
  [uniform, {}],
  [arrow, {}],
  [l2r, { relaxation: "softmax" }],
  [phatgoose, {}],
  [similarity, {}],
  [similarity, { statistic: "task_centroid" }],
  [similarity, { statistic: "task_gaussian", combine: "softmax", statistics: "train" }],
  [taskPredictor, {}],
  [taskPredictor, { data: "train", combine: "softmax" }],
]

for (const [router, written] of routers)
  test(`${router.name} ${JSON.stringify(written)} is the same on modules in another order, each with its own task`, async () => {
    const plain = await row(router, written, modules)
    const turned = await row(
      router,
      written,
      turn.map((task) => serving(modules[task], [task])),
    )
    const { chosen, ...predicted } = plain.predictions
    const { chosen: found, ...others } = turned.predictions
    assert.deepEqual(others, predicted)
    assert.deepEqual([turned.accuracy, turned.within, turned.routed], [plain.accuracy, plain.within, plain.routed])
    // Gates that are all the same have no largest: the first module is taken, whichever it is.
    if (router !== uniform)
      assert.deepEqual(
        found,
        chosen.map((module) => (module < 0 ? module : turn.indexOf(module))),
      )
    // Sums over modules run in another order.
    plain.own?.forEach((own, u) => assert.ok(Math.abs(own - turned.own![u]) < 1e-3, `${own}, ${turned.own![u]}`))
    if (turned.names)
      assert.deepEqual(
        turned.names,
        turn.map((task) => `task ${task}`),
      )
  })

const serves = [merged(0, 2), merged(1, 3)]

/** Those that learn which module is right from statistics or the task itself; the others look at what is in the modules, and two tasks lie in each. */
const told = ["oracle", "similarity", "task_predictor"]

for (const [router, written] of routers.filter(([{ name }]) => told.includes(name)))
  test(`${router.name} ${JSON.stringify(written)} is credited for the module that serves a text's task, and predicts by its head of both tasks`, async () => {
    const { accuracy, routed, predictions, names } = await row(router, written, serves)
    assert.ok(routed! >= 90, `router accuracy ${routed}`)
    assert.ok(accuracy >= 90, `accuracy ${accuracy}`)
    assert.deepEqual([...new Set(predictions.chosen)].sort(), [0, 1])
    assert.deepEqual(names, ["task 0+task 2", "task 1+task 3"])
  })
