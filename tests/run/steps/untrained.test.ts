/** Arrays that are not trained go with a module, as they were drawn, and count nowhere as trained. */
import assert from "node:assert/strict"
import { test } from "node:test"
import sparse from "../../../plugins/adapters/sparse.ts"
import { freshModule } from "../../../src/model/initial.ts"
import type { Artifact } from "../../../src/plan/step.ts"
import { randomStream, Schema } from "../../../src/plugin/index.ts"
import { libraryFrom, storedTexts } from "../../../src/run/steps/given.ts"
import { engineOf, toyNetwork, toyTexts } from "../../../src/testing/toy_network.ts"
import { backbone, perform, workOf } from "../../../src/testing/work.ts"

const options = Schema.decodeUnknownSync(sparse.options)({ share: 0.1, targets: ["value"] })
const adapter = { plugin: "sparse", options }
const train = {
  epochs: 2,
  batch: 4,
  learning_rate: 0.1,
  head_learning_rate: 0.1,
  weight_decay: 0.01,
  schedule: "linear",
  warm_up: 0,
  early_stop: "none",
  earlier: "absent",
}
const COUNT = 6 // of the 64 entries of each of two weights
const HEAD = 8 * 2 + 2

const bench = (async () => ({ network: await toyNetwork(), engine: await engineOf("onnxruntime") }))()

const tokensOf = (seed: number): Artifact => ({
  json: { task: `task ${seed}`, labels: ["a", "b"] },
  arrays: {
    ...storedTexts("train", toyTexts(8, randomStream(seed, "texts"))),
    "train/labels": { shape: [8], data: Int32Array.from({ length: 8 }, (_, i) => i % 2) },
    ...storedTexts("validation", []),
    "validation/labels": { shape: [0], data: new Int32Array() },
  },
})

const places = ({ arrays }: Artifact): readonly (readonly number[])[] =>
  [0, 1].map((layer) => Array.from(arrays[`layer.${layer}.attention.value/places`].data, Number))
const moved = ({ arrays }: Artifact): boolean =>
  [0, 1].every((layer) =>
    Array.from(arrays[`layer.${layer}.attention.value/values`].data, Number).every((x) => x !== 0),
  )

test("a module keeps its places, moves its values, and counts these alone", async () => {
  const on = await bench
  const given = { backbone, adapter, train, task: "task", seed: 1 }
  const module = await perform(on, "module", given, { tokens: tokensOf(1) })
  const drawn = freshModule(on.network, sparse, options, (name) => randomStream(1, "initial", "task", name))
  assert.deepEqual(
    places(module),
    [0, 1].map((layer) => Array.from(drawn.get(`layer.${layer}.attention.value/places`)!.data, Number)),
  )
  assert.ok(moved(module))
  assert.equal((module.json as { parameters: number }).parameters, 2 * COUNT + HEAD)
  const [{ sites }] = await libraryFrom(workOf(on, {}, {}), [module])
  assert.ok(sites["layer.0.attention.value"].places.data instanceof Int32Array)
})

test("a shared module keeps its places from stage to stage", async () => {
  const on = await bench
  const tokens = [tokensOf(1), tokensOf(2)]
  const stage = (n: number, previous: readonly Artifact[]) =>
    perform(
      on,
      "shared",
      {
        backbone,
        strategy: { plugin: "sequential", options: {} },
        adapter,
        train,
        name: "sequential",
        stage: n,
        seed: 1,
        visits: [n],
      },
      { tokens, previous },
    )
  const first = await stage(0, [])
  const second = await stage(1, [first])
  assert.deepEqual(places(second), places(first))
  assert.ok(moved(first) && moved(second))
  assert.notDeepEqual(
    second.arrays["layer.0.attention.value/values"].data,
    first.arrays["layer.0.attention.value/values"].data,
  )
  assert.equal((second.json as { parameters: number }).parameters, 2 * COUNT + 8 * 4 + 4)
})
