/** Strategies with one shared model, and heads refitted on a memory: what they train on, and how they are evaluated. */
import assert from "node:assert/strict"
import { test } from "node:test"
import arrow from "../../../plugins/routers/arrow.ts"
import { packed } from "../../../src/model/batch.ts"
import { encoder } from "../../../src/model/encoder.ts"
import { largest } from "../../../src/model/largest.ts"
import type { Artifact } from "../../../src/plan/step.ts"
import { Schema } from "../../../src/plugin/index.ts"
import { headIn, host, textsIn } from "../../../src/run/steps/given.ts"
import { applied } from "../../../src/run/steps/query.ts"
import { assertNear, gap } from "../../../src/testing/nearness.ts"
import { run } from "../../../src/testing/run_program.ts"
import { engineOf } from "../../../src/testing/toy_network.ts"
import { backbone, perform } from "../../../src/testing/work.ts"
import { CLASSES, plantedModule, plantedNetwork, plantedTask, TASKS } from "../planted_network.ts"
import { smallStream } from "./small_stream.ts"

const each = Array.from({ length: TASKS }, (_, t) => t)
const made = (async () => {
  const bench = { network: await plantedNetwork(), engine: await engineOf("onnxruntime") }
  return { bench, stream: await smallStream(bench, each.map(plantedTask), 5) }
})()

const TRAIN = {
  epochs: 4,
  batch: 8,
  learning_rate: 0.05,
  head_learning_rate: 0.1,
  weight_decay: 0.01,
  schedule: "linear",
  warm_up: 0,
  early_stop: "none",
  earlier: "absent",
}
const LORA = { plugin: "lora", options: { rank: 4, alpha: 8, dropout: 0, targets: ["query", "value"] } }

const share = async (
  strategy: string,
  visits: readonly number[],
  tokens: readonly Artifact[],
  previous: readonly Artifact[] = [],
): Promise<Artifact> => {
  const { bench } = await made
  return perform(
    bench,
    "shared",
    {
      backbone,
      strategy: { plugin: strategy, options: { learning_rate: 0.005 } },
      ...(strategy.endsWith("full") ? {} : { adapter: LORA }),
      train: TRAIN,
      name: strategy,
      stage: Math.max(...visits),
      seed: 1,
      visits,
    },
    { tokens, previous },
  )
}

/** Logits of the test texts up to a stage, with the classes that they belong to. */
const evaluation = async (shared: Artifact, stage: number) => {
  const { bench, stream } = await made
  const encoded = await perform(
    bench,
    "encode",
    { what: "shared", backbone, seed: 1, stage },
    { shared, blind: stream.blind },
  )
  const { arrays } = await perform(
    bench,
    "evaluate",
    { how: "shared", stage, seed: 1 },
    { encoded, shared, tokens: stream.tokens.slice(0, stage + 1) },
  )
  const indices = [...(stream.blind.arrays[`stage/${stage}`].data as Int32Array)]
  const predicted = largest(host(arrays.logits))
  const of = (task: number) =>
    indices.flatMap((i, k) =>
      Number(stream.truth.arrays.task.data[i]) === task
        ? [predicted[k] === Number(stream.truth.arrays.class.data[i])]
        : [],
    )
  const accuracy = (task: number) => (100 * of(task).filter(Boolean).length) / of(task).length
  return { encoded, logits: arrays.logits, accuracy }
}

for (const strategy of ["multi_task", "multi_task_full", "sequential", "sequential_full"]) {
  test(`${strategy} trains on the texts of the tasks that it visits, and on no others`, async () => {
    const { stream } = await made
    const other = stream.tokens.map((one, t) => (t === 1 ? { ...stream.tokens[2], json: one.json } : one))
    const [first, same] = [await share(strategy, [0], stream.tokens), await share(strategy, [0], other)]
    for (const [name, { data }] of Object.entries(first.arrays)) assert.deepEqual(same.arrays[name].data, data, name)
    const visits = strategy.startsWith("multi") ? [0, 1] : [1]
    assert.ok(
      gap(
        (await share(strategy, visits, stream.tokens)).arrays["head/W"],
        (await share(strategy, visits, other)).arrays["head/W"],
      ) > 1e-3,
    )
  })

  test(`${strategy} learns, and is evaluated with its own weights on the classes so far`, async () => {
    const { bench, stream } = await made
    const shared = await share(strategy, [0], stream.tokens)
    const { encoded, logits, accuracy } = await evaluation(shared, 0)
    assert.ok(accuracy(0) >= 80, `${accuracy(0)} after one task`)
    assert.deepEqual([...logits.shape], [24, CLASSES])
    const { W, b } = headIn(shared)
    assert.equal(b.data.length, TASKS * CLASSES)
    const whole = applied(host(encoded.arrays.features), { W, b })
    assert.deepEqual(
      [...logits.data],
      Array.from({ length: 24 * CLASSES }, (_, i) => whole[Math.floor(i / CLASSES) * TASKS * CLASSES + (i % CLASSES)]),
    )
    const texts = textsIn(stream.blind, "test")
    const own = Array.from(stream.blind.arrays["stage/0"].data as Int32Array, (i) => texts[i])
    const bare = await run(bench.engine, { y: encoder(bench.network).features }, packed(own))
    assert.ok(gap(bare.y, encoded.arrays.features) > 1e-2)
    if (!strategy.endsWith("full")) return
    const weights = Object.fromEntries(Object.entries(shared.arrays).filter(([name]) => !name.startsWith("head/")))
    const tuned = await run(
      bench.engine,
      { y: encoder({ ...bench.network, checkpoint: { ...bench.network.checkpoint, weights } }).features },
      packed(own),
    )
    assertNear(tuned.y, encoded.arrays.features, 1e-5, "features under the tuned weights")
  })
}

test("a sequential model goes on from where it was, and forgets", async () => {
  const { stream } = await made
  const first = await share("sequential", [0], stream.tokens)
  const second = await share("sequential", [1], stream.tokens, [first])
  const before = (await evaluation(first, 0)).accuracy(0)
  const { accuracy } = await evaluation(second, 1)
  assert.ok(
    before >= 80 && accuracy(1) >= 80 && accuracy(0) <= before - 20,
    `task 1: ${before}, then ${accuracy(0)}; task 2: ${accuracy(1)}`,
  )
  assert.ok(
    gap(
      second.arrays["layer.0.attention.query/A"],
      (await share("sequential", [1], stream.tokens)).arrays["layer.0.attention.query/A"],
    ) > 1e-4,
  )
})

test("heads refitted on the states of the memory learn its classes", async () => {
  const { bench, stream } = await made
  const modules = each.map(plantedModule).map((module) => ({
    ...module,
    arrays: {
      ...module.arrays,
      "head/W": { shape: module.arrays["head/W"].shape, data: new Float32Array(32 * CLASSES) },
    },
  }))
  const router = { plugin: "arrow", options: Schema.decodeUnknownSync(arrow.options)({} as never) }
  const inputs = { modules, tokens: stream.tokens, memories: stream.memories, features: stream.features, previous: [] }
  const fit = await perform(bench, "fit", { backbone, router, name: "arrow", head: "kept", seed: 1 }, inputs)
  const encode = (on: "memory" | "test") =>
    perform(
      bench,
      "encode",
      { what: "routed", backbone, router, stage: TASKS - 1, on, seed: 1 },
      { ...inputs, fit, blind: stream.blind },
    )
  const head = await perform(
    bench,
    "head",
    { fitting: { epochs: 30, batch: 16, learning_rate: 0.1, head_learning_rate: 0.1 }, seed: 1, name: "arrow" },
    { ...inputs, encoded: await encode("memory") },
  )
  const encoded = await encode("test")
  const accuracy = async (refitted: readonly Artifact[]) => {
    const { arrays } = await perform(
      bench,
      "evaluate",
      { how: "composes", stage: TASKS - 1, seed: 1 },
      { encoded, modules, head: refitted, features: [] },
    )
    const right = largest(host(arrays.logits)).filter((c, i) => c === Number(stream.truth.arrays.class.data[i])).length
    return (100 * right) / arrays.logits.shape[0]
  }
  assert.ok((await accuracy([head])) >= 95, `${await accuracy([head])}`)
  assert.ok((await accuracy([])) <= 20)
})
