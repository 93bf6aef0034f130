/** LoraHub: its search stays within the bound, and finds the module that the remembered examples need. */
import assert from "node:assert/strict"
import { test } from "node:test"
import lorahub from "../../plugins/routers/lorahub.ts"
import { search } from "../../src/model/search.ts"
import { constant, type Router, randomStream, Schema } from "../../src/plugin/index.ts"
import { evaluated, fitted } from "../../src/testing/routed_stream.ts"
import { toyBench } from "../../src/testing/router_bench.ts"
import { engineOf } from "../../src/testing/toy_network.ts"
import { plantedModule, plantedNetwork, plantedTask, TASKS } from "../run/planted_network.ts"
import { smallStream } from "../run/steps/small_stream.ts"

const router: Router = lorahub

const distance = (x: ArrayLike<number>, y: readonly number[]) => Math.hypot(...y.map((value, i) => x[i] - value))

test("the search never leaves the bound, asks as often as it may, and returns the best point that it saw", async () => {
  const target = [3, -3, 0.4]
  const seen: Float32Array[] = []
  const { best: found, least } = await search({
    start: new Float32Array(3),
    value: async (x) => {
      seen.push(Float32Array.from(x))
      return distance(x, target)
    },
    evaluations: 150,
    bound: 1.5,
    random: randomStream(1, "search"),
  })
  assert.equal(seen.length, 150)
  assert.deepEqual([...seen[0]], [0, 0, 0], "it starts at zero")
  assert.ok(seen.every((x) => x.every((w) => Math.abs(w) <= 1.5)))
  assert.equal(distance(found, target), Math.min(...seen.map((x) => distance(x, target))))
  assert.ok(distance(found, [1.5, -1.5, 0.4]) < 0.05, `the nearest point within is found: ${found}`)
  assert.equal(least, distance(found, target))
})

test("values that are no numbers are worse than any", async () => {
  const { best: found, least } = await search({
    start: new Float32Array(2),
    value: async (x) => (x[0] > 0 ? Number.NaN : distance(x, [-1, 1])),
    evaluations: 200,
    bound: 1.5,
    random: randomStream(2, "search"),
  })
  assert.ok(distance(found, [-1, 1]) < 0.05, `${found}`)
  assert.ok(Number.isFinite(least))
})

test("where no value is a number the search stays at its start and says so", async () => {
  const seen: Float32Array[] = []
  const { best, least } = await search({
    start: new Float32Array(2),
    value: async (x) => {
      seen.push(Float32Array.from(x))
      return Number.NaN
    },
    evaluations: 60,
    bound: 1,
    random: randomStream(3, "search"),
  })
  assert.deepEqual([...best], [0, 0])
  assert.ok(Number.isNaN(least))
  const reach = (all: readonly Float32Array[]) => Math.max(...all.flatMap((x) => [...x].map(Math.abs)))
  assert.ok(reach(seen.slice(40)) < reach(seen.slice(0, 20)), "a failure makes the steps smaller")
})

test("a router whose loss is never a number is an error with what to do, and no router at its start", async () => {
  const broken: Router = { ...router, loss: () => constant(Number.NaN) }
  const { bench, stream } = await toyBench(broken)
  const options = Schema.decodeUnknownSync(router.options)({ evaluations: 5 } as never)
  await assert.rejects(fitted(bench, { router: broken, options }, stream), {
    name: "StepError",
    message: /router "lorahub": the loss was no finite number at any of 5 candidates/,
  })
})

for (const mix of ["factors", "outer"])
  for (let target = 0; target < TASKS; target++)
    test(`${mix}: where only texts of task ${target} are remembered, its module weighs most and answers`, async () => {
      const bench = { network: await plantedNetwork(), engine: await engineOf("onnxruntime"), plugins: [router] }
      const each = Array.from({ length: TASKS }, (_, t) => t)
      const stream = await smallStream(bench, each.map(plantedTask), 8)
      const nothing = { ...stream.memories[0], arrays: { indices: { shape: [0], data: new Int32Array() } } }
      const memories = stream.memories.map((own, t) => (t === target ? own : nothing))
      const setting = { router, options: Schema.decodeUnknownSync(router.options)({ mix } as never) }
      const given = { ...stream, memories, modules: each.map(plantedModule) }
      const fit = await fitted(bench, setting, given)
      const w = Array.from(fit.arrays["unit/model/w"].data as Float32Array)
      assert.equal(w.map(Math.abs).indexOf(Math.max(...w.map(Math.abs))), target, `weights ${w}`)
      const { predicted } = await evaluated(bench, setting, given, fit)
      const texts = [...predicted.keys()].filter((i) => stream.truth.arrays.task.data[i] === target)
      const right = texts.filter((i) => predicted[i] === stream.truth.arrays.class.data[i]).length
      assert.ok(right >= 0.9 * texts.length, `${right} of ${texts.length}, weights ${w}`)
    })
