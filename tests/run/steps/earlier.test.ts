/** Modules that are trained with earlier ones at work beside them: the ablation of isolation. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { check } from "../../../dsl/index.ts"
import shipped from "../../../dsl/vocabulary.json" with { type: "json" }
import type { Vocabulary } from "../../../dsl/vocabulary.ts"
import uniform from "../../../plugins/routers/uniform.ts"
import { packed } from "../../../src/model/batch.ts"
import { besideEarlier } from "../../../src/model/beside_earlier.ts"
import { encoder } from "../../../src/model/encoder.ts"
import { frozen } from "../../../src/model/single.ts"
import { needed } from "../../../src/plan/drawing/step_graph.ts"
import { makePlan } from "../../../src/plan/plan.ts"
import { checkEarlier } from "../../../src/plan/rows/earlier.ts"
import type { Artifact } from "../../../src/plan/step.ts"
import { libraryFrom, textsIn } from "../../../src/run/steps/given.ts"
import { underGivenGates } from "../../../src/testing/given_gates.ts"
import { assertNear, gap } from "../../../src/testing/nearness.ts"
import { toyBench } from "../../../src/testing/router_bench.ts"
import { run } from "../../../src/testing/run_program.ts"
import { engineOf, toyNetwork } from "../../../src/testing/toy_network.ts"
import { type Bench, backbone, perform, workOf } from "../../../src/testing/work.ts"
import { type SmallTask, smallStream } from "./small_stream.ts"

for (const names of [["low_rank"], ["bottleneck"], ["prefix"], ["low_rank", "bottleneck"]] as const)
  for (const [how, gate] of [
    ["summed", 1],
    ["averaged", 1 / 3],
  ] as const)
    test(`${names.join(" and ")}: ${how} is the library under gates of ${gate === 1 ? "one" : "a third"}`, async () => {
      const { bench, stream } = await toyBench(uniform, "reference", names)
      const library = await libraryFrom(workOf(bench, {}, {}), stream.modules)
      const texts = textsIn(stream.blind, "test").slice(0, 4)
      const beside = encoder(bench.network, besideEarlier(frozen(library[2]), library.slice(0, 2), how)).features
      const routed = underGivenGates(bench.network, library, { aggregate: "outputs", granularity: "example" })
      const query = { shape: [4, 3], data: Float32Array.from({ length: 12 }, () => gate) }
      const [own, theirs] = [
        await run(bench.engine, { features: beside }, packed(texts)),
        await run(bench.engine, { features: routed }, { ...packed(texts), query }),
      ]
      assertNear(own.features, theirs.features, 1e-6, how)
    })

const TRAIN = {
  epochs: 3,
  batch: 4,
  learning_rate: 0.05,
  head_learning_rate: 0.1,
  weight_decay: 0,
  schedule: "linear",
  warm_up: 0,
  early_stop: "none",
}
const LORA = { plugin: "lora", options: { rank: 2, alpha: 4, dropout: 0, targets: ["query", "value"] } }
const task = (t: number): SmallTask => {
  const example = (i: number) => ({ ids: [2, 20 + (i % 5), 4 + 2 * t + (i % 2), 3], label: i % 2 })
  return { classes: 2, train: Array.from({ length: 12 }, (_, i) => example(i)), test: [example(0)] }
}

const made = (async () => {
  const bench: Bench = { network: await toyNetwork(), engine: await engineOf("reference") }
  const stream = await smallStream(bench, [task(0), task(1)], 2)
  const trained = (t: number, earlier: string, before: readonly Artifact[]) =>
    perform(
      bench,
      "module",
      { backbone, adapter: LORA, train: { ...TRAIN, earlier }, task: `task ${t}`, seed: 1 },
      { tokens: stream.tokens[t], ...(earlier === "absent" ? {} : { earlier: before }) },
    )
  return { trained, first: await trained(0, "absent", []) }
})()

const A = "layer.0.attention.query/A"

test("the first module has none beside it: it is that of isolation, byte for byte", async () => {
  const { trained, first } = await made
  for (const how of ["summed", "weighted"]) {
    const { arrays } = await trained(0, how, [])
    for (const [name, { data }] of Object.entries(first.arrays))
      assert.deepEqual(arrays[name].data, data, `${how}: ${name}`)
  }
})

test("beside a module that does nothing, a sum is isolation", async () => {
  const { trained, first } = await made
  const still = {
    ...first,
    arrays: Object.fromEntries(
      Object.entries(first.arrays).map(([name, array]) => [
        name,
        name.endsWith("/B") ? { ...array, data: (array.data as Float32Array).map(() => 0) } : array,
      ]),
    ),
  }
  const [alone, beside] = [await trained(1, "absent", []), await trained(1, "summed", [still])]
  assertNear(beside.arrays[A], alone.arrays[A] as never, 1e-6, "A")
})

test("beside one that does something every way is another; what weighs them is no part of the module", async () => {
  const { trained, first } = await made
  const ways = await Promise.all(["absent", "summed", "averaged", "weighted"].map((how) => trained(1, how, [first])))
  for (const [i, one] of ways.entries())
    for (const other of ways.slice(i + 1)) assert.ok(gap(one.arrays[A], other.arrays[A]) > 1e-4)
  for (const { arrays, json } of ways) {
    assert.deepEqual(Object.keys(arrays).sort(), Object.keys(ways[0].arrays).sort())
    assert.deepEqual(json, ways[0].json)
  }
})

const place = fileURLToPath(new URL("../../cli/tiny/", import.meta.url))
const planned = async (
  train: string,
  orders = "[written, reversed]",
  adapter = "lora { rank: 1, targets: [query] }",
) => {
  const text = `language 1
backbone encoder = bert "../../golden/tiny_bert" { max_tokens: 12 }
data words = jsonl "data"
stream both { tasks: words[weather, kitchen], orders: ${orders} }
adapter own = ${adapter}
train brief { epochs: 1, batch: 4${train} }
experiment e { on: encoder, stream: both, adapters: own, train: brief, bounds: [oracle, uniform] }
`
  const { spec, diagnostics } = check(text, { file: "f", vocabulary: shipped as unknown as Vocabulary })
  assert.ok(spec, JSON.stringify(diagnostics))
  return makePlan(spec, { directory: place, processor: "p" })
}

test("modules beside earlier ones are planned for each order, and their rows depend on it", async () => {
  const modules = async (train: string) => needed(await planned(train)).filter(({ kind }) => kind === "module")
  assert.equal((await modules("")).length, 2)
  const beside = await modules(", earlier: averaged")
  assert.equal(beside.length, 4)
  assert.deepEqual(beside.map(({ inputs }) => inputs.earlier?.length).sort(), [0, 0, 1, 1])
  const { cells } = await planned(", earlier: averaged")
  assert.ok(cells.every(({ rows }) => rows.every(({ dependsOnOrder }) => dependsOnOrder)))
  const isolated = await planned("")
  assert.ok(isolated.cells.every(({ rows }) => rows.every(({ dependsOnOrder }) => !dependsOnOrder)))
})

test("tokens of a prompt can't stand beside those of earlier ones: check finds it, and the plan where the plugin does not tell", async () => {
  await assert.rejects(planned(", earlier: summed", "written", "prompt { length: 2 }"), /L2R0537/)
  const adapter = { plugin: { name: "silent", sites: () => ["embeddings"] }, chosen: { options: {} } }
  const train = { earlier: "summed", span: {} }
  assert.throws(() => checkEarlier(train as never, [adapter as never]), {
    name: "PlanError",
    message: /`earlier: summed` adds up what modules give at a site, and those of the adapter silent are tokens/,
  })
  assert.doesNotThrow(() => checkEarlier({ ...train, earlier: "absent" } as never, [adapter as never]))
})
