/** The step compose: what it refuses, and what it says of plugins that give something else than a result for each site. */
import assert from "node:assert/strict"
import { test } from "node:test"
import sparse from "../../../plugins/adapters/sparse.ts"
import addition from "../../../plugins/compositions/addition.ts"
import concatenation from "../../../plugins/compositions/concatenation.ts"
import uniform_merge from "../../../plugins/compositions/uniform_merge.ts"
import type { Artifact } from "../../../src/plan/step.ts"
import { type Composition, defineComposition, NoOptions, Schema } from "../../../src/plugin/index.ts"
import { turnedDown } from "../../../src/run/steps/not_served.ts"
import { StepError } from "../../../src/run/work.ts"
import { type AdapterName, toyBench } from "../../../src/testing/router_bench.ts"
import { toyStream } from "../../../src/testing/toy_stream.ts"
import { backbone, perform } from "../../../src/testing/work.ts"

const composing = async (
  composition: Composition,
  {
    written = {},
    adapter = "low_rank",
    modules: given,
  }: {
    readonly written?: object
    readonly adapter?: AdapterName
    readonly modules?: readonly Artifact[]
  } = {},
): Promise<Artifact> => {
  const { bench, stream } = await toyBench(composition, "reference", [adapter])
  const options = Schema.decodeUnknownSync(composition.options)(written as never)
  const modules = given ?? stream.modules
  const tasks = modules.map(({ json }) => (json as { task: string }).task)
  return perform(
    bench,
    "compose",
    { backbone, composition: { plugin: composition.name, options }, tasks, seed: 1 },
    { modules, fisher: [], tokens: stream.tokens },
  )
}

const told = async (composition: Composition): Promise<StepError> => {
  const error = await composing(composition).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof StepError, String(error))
  assert.ok(error.help.length > 0)
  return error
}

const own = (compose: unknown, weights: unknown = (_: unknown, tasks: readonly string[]) => tasks.map(() => 1)) =>
  defineComposition({ name: "own", summary: "own", options: NoOptions, weights, compose } as never) as Composition

const matrix = (rows: number, columns: number, value = 1) => ({
  shape: [rows, columns],
  data: new Float64Array(rows * columns).fill(value),
})

test("what a plugin gives that is no result is an error with what to give instead", async () => {
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [() => undefined, /gives undefined where a result for each site is needed/],
    [() => [], /gives 0 results for 4 sites/],
    [({ places }: any) => places.map(() => ({})), /gives neither `parameters` nor `factors` nor `update` at layer\.0/],
    [({ places }: any) => places.map(() => ({ parameters: {} })), /does not give all parameters, in their shapes/],
    [
      ({ places }: any) =>
        places.map((_: unknown, k: number) => (k === 0 ? { update: matrix(8, 8) } : { parameters: {} })),
      /gives `update` at layer\.0.*and `parameters` at layer\.0/,
    ],
    [
      ({ places }: any) =>
        places.map((_: unknown, k: number) => ({ factors: { A: matrix(8, k + 1), B: matrix(k + 1, 8), scale: 1 } })),
      /factors of the ranks 1, 2, 3, 4/,
    ],
    [
      ({ places }: any) => places.map(() => ({ update: matrix(8, 8, Number.NaN) })),
      /gives NaN in layer\.0\.attention\.\w+\/D/,
    ],
  ]
  for (const [compose, message] of wrong) assert.match((await told(own(compose))).message, message)
})

test("weights that are none are an error", async () => {
  for (const weights of [() => undefined, () => [1], () => [1, Number.NaN, 1]])
    assert.match((await told(own(() => [], weights))).message, /`weights` of the composition "own".*3 finite numbers/)
})

test("a reason that a plugin gives is the row's", async () => {
  assert.equal(turnedDown(await composing(own(() => "no"))), "no")
})

test("arithmetic on factors asks for the same initialisation, and not of one module; others say that they lack it", async () => {
  assert.match(turnedDown(await composing(addition))!, /start from chance.*`initialisation: shared`/)
  assert.equal(turnedDown(await composing(addition, { written: { on: "updates" } })), undefined)
  assert.equal(turnedDown(await composing(addition, { adapter: "scaled" })), undefined)
  const { stream } = await toyBench(addition)
  assert.equal(turnedDown(await composing(addition, { modules: stream.modules.slice(0, 1) })), undefined)
  const warnings = async (written: object) =>
    ((await composing(uniform_merge, { written })).json as { warnings: readonly string[] }).warnings
  assert.equal((await warnings({ on: "factors" })).length, 1)
  assert.deepEqual(await warnings({ on: "updates" }), [])
})

test("modules at other sites, or whose arrays that are not trained differ, are not composed", async () => {
  const { bench, stream } = await toyBench(uniform_merge)
  const [first, second] = stream.modules
  const fewer = Object.fromEntries(Object.entries(second.arrays).filter(([name]) => !name.startsWith("layer.1")))
  const reason = turnedDown(await composing(concatenation, { modules: [first, { ...second, arrays: fewer }] }))
  assert.match(reason!, /at the same sites; those of task 0 and task 1/)
  const options = Schema.decodeUnknownSync(sparse.options)({ share: 0.2 } as never)
  const { modules } = await toyStream(bench, [{ adapter: sparse, options }], 2)
  assert.match(turnedDown(await composing(uniform_merge, { modules }))!, /not trained to be the same.*drawn apart/)
})
