/** I17: a memory names training examples alone; `random`, `herding` and `k_means` are the same in every order and at every stage, a reservoir and a ring are not. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Artifact } from "../../../src/plan/step.ts"
import { defineMemory, type Memory, NoOptions } from "../../../src/plugin/index.ts"
import { remembered, storedTexts } from "../../../src/run/steps/given.ts"
import { StepError } from "../../../src/run/work.ts"
import { type Bench, perform } from "../../../src/testing/work.ts"

const bench = {} as Bench
const WIDTH = 3
const TRAINING = 30
/** The id that a text is made of says its task and place; test texts have ids of their own. */
const task = (t: number): Artifact => ({
  json: { task: `task ${t}`, labels: ["a", "b"] },
  arrays: {
    ...storedTexts(
      "train",
      Array.from({ length: TRAINING }, (_, i) => Int32Array.of(100 * t + i)),
    ),
    ...storedTexts(
      "test",
      Array.from({ length: TRAINING }, (_, i) => Int32Array.of(10_000 + 100 * t + i)),
    ),
    "train/labels": { shape: [TRAINING], data: Int32Array.from({ length: TRAINING }, (_, i) => i % 2) },
  },
})
const featuresOf = (t: number): Artifact => ({
  json: {},
  arrays: {
    mean: {
      shape: [TRAINING, WIDTH],
      data: Float32Array.from({ length: TRAINING * WIDTH }, (_, k) => Math.sin(1 + k * (t + 1))),
    },
  },
})

/** Ids of the texts that are remembered of each task after the last of some tasks. */
const kept = async (plugin: string, options: object, order: readonly number[], seed = 1) => {
  const tokens = order.map(task)
  const features = order.map(featuresOf)
  const memory = { plugin, options }
  const along = plugin === "reservoir" || plugin === "ring"
  const memories = along
    ? [await perform(bench, "memory", { memory, tasks: order.map((t) => `task ${t}`), seed }, { tokens, features })]
    : await Promise.all(
        order.map((t, k) =>
          perform(bench, "memory", { memory, task: `task ${t}`, seed }, { tokens: tokens[k], features: features[k] }),
        ),
      )
  const { texts, task: place, labels } = remembered(tokens, memories)
  texts.forEach(([id], i) => {
    assert.equal(Math.floor(id / 100), order[place[i]])
    assert.equal(labels[i], 2 * place[i] + ((id % 100) % 2))
  })
  return order.map((t) => texts.flatMap(([id]) => (Math.floor(id / 100) === t ? [id] : [])))
}

const sorted = (ids: readonly (readonly number[])[]) => [...ids].sort((a, b) => a[0] - b[0])

for (const [plugin, options] of [
  ["random", { per_class: 4 }],
  ["random", { per_task: 7 }],
  ["herding", { per_class: 4, length: "unit" }],
  ["k_means", { per_class: 4, starts: 2 }],
] as const)
  test(`${plugin} ${JSON.stringify(options)}: the same of each task in every order and at every stage`, async () => {
    const written = await kept(plugin, options, [0, 1, 2])
    assert.deepEqual(sorted(await kept(plugin, options, [2, 0, 1])), written)
    assert.deepEqual(await kept(plugin, options, [0, 1]), written.slice(0, 2))
  })

for (const plugin of ["reservoir", "ring"])
  test(`${plugin}: what it keeps of a task changes with the stage and with the order; seeds differ`, async () => {
    const options = { capacity: 14 } // not a multiple of six classes: an even share would end the same in every order
    const count = (ids: readonly (readonly number[])[]) => ids.reduce((sum, { length }) => sum + length, 0)
    const [first, second, third] = [
      await kept(plugin, options, [0]),
      await kept(plugin, options, [0, 1]),
      await kept(plugin, options, [0, 1, 2]),
    ]
    for (const stage of [first, second, third]) assert.equal(count(stage), 14)
    assert.ok(third[0].length < first[0].length)
    for (const id of third[0]) assert.ok(second[0].includes(id) && first[0].includes(id), "nothing comes back")
    assert.notDeepEqual(sorted(await kept(plugin, options, [2, 1, 0])), third)
    assert.notDeepEqual(await kept(plugin, options, [0, 1, 2], 2), third)
    assert.deepEqual(await kept(plugin, options, [0, 1, 2]), third)
  })

const broken = (given: unknown): Memory =>
  defineMemory({ name: "own", summary: "wrong", options: NoOptions, draw: () => given as Int32Array })

for (const [given, said] of [
  [Int32Array.of(0, TRAINING), /"own" names the example 30 of 30/],
  [Int32Array.of(-1), /the example -1/],
  [Int32Array.of(4, 4), /the example 4 twice/],
  [[1, 2], /gives a list|gives \[|gives an array/],
] as const)
  test(`a memory that names what is not there is refused: ${said.source}`, async () => {
    const on = { ...bench, plugins: [broken(given)] }
    await assert.rejects(
      perform(on, "memory", { memory: { plugin: "own", options: {} }, task: "t", seed: 1 }, { tokens: task(0) }),
      (error) => error instanceof StepError && said.test(error.message),
    )
  })
