/** Modules trained in isolation: what a step may change, and what forgetting remains when the right module is chosen. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { test } from "node:test"
import oracle from "../../../plugins/routers/oracle.ts"
import perTask from "../../../plugins/routers/per_task.ts"
import random from "../../../plugins/routers/random.ts"
import type { Artifact } from "../../../src/plan/step.ts"
import type { HostTensor, Router } from "../../../src/plugin/index.ts"
import { remembered, textsIn } from "../../../src/run/steps/given.ts"
import { engineOf, toyNetwork } from "../../../src/testing/toy_network.ts"
import { type Bench, backbone, perform } from "../../../src/testing/work.ts"
import { evaluateRouter, fitRouter, type SmallStream, type SmallTask, scoreRows, smallStream } from "./small_stream.ts"

const TASKS = 3
const TRAIN = {
  epochs: 3,
  batch: 4,
  learning_rate: 0.02,
  head_learning_rate: 0.1,
  weight_decay: 0.01,
  schedule: "linear",
  warm_up: 0,
  early_stop: "none",
  earlier: "absent",
}
const LORA = { plugin: "lora", options: { rank: 2, alpha: 4, dropout: 0.1, targets: ["query", "value"] } }
const FITTING = { epochs: 2, batch: 4, learning_rate: 0.1, head_learning_rate: 0.1 }

/** Class c of task t is told by the token 4 + 2t + c; the others are the same everywhere. */
const task = (t: number): SmallTask => {
  const example = (i: number) => ({
    ids: [2, 20 + (i % 5), 4 + 2 * t + (i % 2), 25 + (i % 4), ...(i % 3 === 0 ? [19] : []), 3],
    label: i % 2,
  })
  return {
    classes: 2,
    train: Array.from({ length: 12 }, (_, i) => example(i)),
    test: Array.from({ length: 9 }, (_, i) => example(i + 12)),
  }
}

const bench = async (): Promise<Bench> => ({ network: await toyNetwork(), engine: await engineOf("reference") })
const trained = (on: Bench, { tokens }: SmallStream, t: number, seed = 1): Promise<Artifact> =>
  perform(on, "module", { backbone, adapter: LORA, train: TRAIN, task: `task ${t}`, seed }, { tokens: tokens[t] })

const made = (async () => {
  const on = await bench()
  const stream = await smallStream(on, [0, 1, 2].map(task), 2)
  return {
    on,
    stream,
    modules: [await trained(on, stream, 0), await trained(on, stream, 1), await trained(on, stream, 2)],
  }
})()

const digest = (arrays: Readonly<Record<string, Pick<HostTensor, "data">>>): string => {
  const hash = createHash("sha256")
  for (const [name, { data }] of Object.entries(arrays))
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return hash.digest("hex")
}

const row = async (router: Router) => {
  const { on, stream, modules } = await made
  const chosen = { plugin: router.name, options: {} }
  const evaluations = new Map<number, Artifact>()
  for (let stage = 0; stage < TASKS; stage++)
    evaluations.set(
      stage,
      await evaluateRouter(
        on,
        stream,
        modules,
        router,
        chosen,
        await fitRouter(on, stream, modules, chosen, stage, FITTING),
        stage,
      ),
    )
  const cell = await scoreRows(on, stream, [
    { name: router.name, how: "selects", knowsTask: router.routing({}).query === "task", evaluations },
  ])
  return { row: cell.rows[0], summary: cell.summary[0], evaluations }
}

for (const router of [oracle, perTask])
  test(`I1: with the modules chosen by ${router.name} nothing is forgotten, bit by bit`, async () => {
    const {
      row: { matrix, stages },
      summary,
      evaluations,
    } = await row(router)
    for (const setup of ["taskIncremental", "classIncremental"] as const)
      for (let i = 0; i < TASKS; i++)
        for (let j = 0; j <= i; j++)
          assert.equal(matrix[setup][i][j], matrix[setup][j][j], `${setup}: task ${j} after task ${i}`)
    assert.deepEqual(matrix.classIncremental, matrix.taskIncremental)
    assert.equal(summary.forgetting?.value, 0)
    assert.equal(summary.backwardTransfer?.value, 0)
    const { stream } = await made
    const taskOf = stream.truth.arrays.task.data
    // the logits of task j's own classes are the same bytes at every stage
    for (const [i, stage] of stages.entries())
      stage.predictions.example.forEach((example, at) => {
        const j = Number(taskOf[example])
        const first = stages[j].predictions.example.indexOf(example)
        const own = (s: number, k: number) => {
          const { shape, data } = evaluations.get(s)!.arrays.logits
          return [...(data.subarray(k * shape[1] + 2 * j, k * shape[1] + 2 * j + 2) as Float32Array)]
        }
        assert.deepEqual(own(i, at), own(j, first), `example ${example} after task ${i}`)
      })
    assert.ok(summary.taskIncremental!.value > 60, `tasks are learnt: ${summary.taskIncremental!.value}`)
  })

test("I1 can fail: modules chosen at random do not keep the accuracies", async () => {
  const {
    row: { matrix },
  } = await row(random)
  const moved = [0, 1].some((j) => matrix.taskIncremental[2][j] !== matrix.taskIncremental[j][j])
  assert.ok(moved)
})

test("I2: no step changes the backbone, the modules and heads before it, or its other inputs", async () => {
  const { on, stream, modules } = await made
  const everything = [
    ...modules,
    ...stream.tokens,
    ...stream.memories,
    ...stream.features,
    stream.blind,
    stream.truth,
    stream.testFeatures,
  ]
  const digests = () => [digest(on.network.checkpoint.weights), ...everything.map(({ arrays }) => digest(arrays))]
  const before = digests()
  const l2r = {
    plugin: "l2r",
    options: {
      relaxation: "gumbel_sigmoid",
      temperature: 1,
      normalise: "sum",
      aggregate: "parameters",
      mix: "factors",
      scope: "per_layer",
      query: "mean_masked",
      hidden: "none",
    },
  }
  const inputs = { modules, tokens: stream.tokens, memories: stream.memories, features: stream.features, previous: [] }
  const fit = await perform(
    on,
    "fit",
    { backbone, router: l2r, name: "l2r", head: "refit", fitting: FITTING, seed: 1 },
    inputs,
  )
  const encoded = await perform(
    on,
    "encode",
    { what: "routed", backbone, router: l2r, stage: 2, on: "memory", seed: 1 },
    { fit, ...inputs },
  )
  await perform(on, "head", { fitting: FITTING, seed: 1, name: "l2r" }, { encoded, ...inputs })
  await trained(on, stream, 2)
  for (const strategy of ["sequential", "sequential_full", "multi_task", "multi_task_full"]) {
    const options = {
      backbone,
      strategy: { plugin: strategy, options: { learning_rate: 0.01 } },
      train: TRAIN,
      name: strategy,
      seed: 1,
      ...(strategy.endsWith("full") ? {} : { adapter: LORA }),
    }
    const first = await perform(
      on,
      "shared",
      { ...options, stage: 0, visits: [0] },
      { tokens: stream.tokens, previous: [] },
    )
    const kept = digest(first.arrays)
    const second = await perform(
      on,
      "shared",
      { ...options, stage: 1, visits: [1] },
      { tokens: stream.tokens, previous: [first] },
    )
    assert.equal(digest(first.arrays), kept, `${strategy} changes where it began`)
    assert.notEqual(digest(second.arrays), kept)
    await perform(
      on,
      "encode",
      { what: "shared", backbone, seed: 1, stage: 1 },
      { shared: second, blind: stream.blind },
    )
  }
  assert.deepEqual(digests(), before)
})

test("a module depends on its own task and the seed alone, and its training on both", async () => {
  const { on, stream, modules } = await made
  const shorter = await smallStream(on, [1, 2].map(task), 2)
  const alone = await perform(
    on,
    "module",
    { backbone, adapter: LORA, train: TRAIN, task: "task 1", seed: 1 },
    { tokens: shorter.tokens[0] },
  )
  assert.equal(digest(alone.arrays), digest(modules[1].arrays))
  assert.notEqual(digest((await trained(on, stream, 1, 2)).arrays), digest(modules[1].arrays))
})

test("I17: a memory holds training texts alone, and does not know the order of the tasks", async () => {
  const { on, stream } = await made
  const written = (texts: readonly Int32Array[]) => texts.map((ids) => ids.join(" "))
  const memory = remembered(stream.tokens, stream.memories)
  assert.equal(memory.texts.length, TASKS * 2 * 2)
  for (const [i, text] of written(memory.texts).entries())
    assert.equal(text, written(textsIn(stream.tokens[memory.task[i]], "train"))[memory.index[i]])
  assert.ok(
    stream.memories.every(({ arrays }, t) =>
      (arrays.indices.data as Int32Array).every((i) => i < textsIn(stream.tokens[t], "train").length),
    ),
  )
  const again = await perform(
    on,
    "memory",
    { memory: { plugin: "random", options: { per_class: 2 } }, task: "task 2", seed: 1 },
    { tokens: stream.tokens[2] },
  )
  assert.deepEqual(again.arrays.indices.data, stream.memories[2].arrays.indices.data)
})
