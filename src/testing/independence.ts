/**
 * Tests that a router sees each text by itself: gates and predictions do not change with the texts beside it, their
 * order or the padding that they cause, nor with the tasks, unless the router declares that it reads them.
 */
import assert from "node:assert/strict"
import { type Router, randomStream, type TokenIds } from "../plugin/index.ts"
import { textsIn } from "../run/steps/given.ts"
import { type Check, register } from "./check.ts"
import { gap } from "./nearness.ts"
import { decoded, titleOf, type Written } from "./plugin_options.ts"
import { type Evaluation, evaluated, fittedOnce, rowsOf } from "./routed_stream.ts"
import { toyBench } from "./router_bench.ts"
import { toyText } from "./toy_network.ts"
import { blindOf, type ToyStream, truthOf } from "./toy_stream.ts"
import { type Bench, backbone, perform } from "./work.ts"

/** Kernels choose their code by the number of rows: equal to this in gates and logits, exactly in predictions. */
const TOLERANCE = 1e-5

const agree = (what: string, some: Evaluation, all: Evaluation, rows: readonly number[]): void => {
  for (const [unit, gates] of Object.entries(all.gates)) {
    const found = gap(some.gates[unit], rowsOf(gates, rows))
    assert.ok(found <= TOLERANCE, `${what}: gates at ${unit} differ by ${found}`)
  }
  assert.ok(
    gap(some.logits, rowsOf(all.logits, rows)) <= TOLERANCE,
    `${what}: logits differ by ${gap(some.logits, rowsOf(all.logits, rows))}`,
  )
  rows.forEach((row, i) => {
    if (all.margin[row] > TOLERANCE)
      assert.equal(some.predicted[i], all.predicted[row], `${what}: the prediction for text ${row} changes`)
  })
}

/** The stream with another mixed test set; `rows` says which of the old texts the new ones are (-1: none). */
const withTexts = async (
  bench: Bench,
  stream: ToyStream,
  texts: readonly TokenIds[],
  rows: readonly number[],
  featured: boolean,
): Promise<ToyStream> => {
  const blind = blindOf(texts, stream.modules.length)
  const task = rows.map((row) => (row < 0 ? 0 : Number(stream.truth.arrays.task.data[row])))
  const now = { ...stream, blind, truth: truthOf(task) }
  return featured
    ? { ...now, testFeatures: await perform(bench, "features", { backbone, split: "test" }, { texts: blind }) }
    : now
}

/** `backend`: a backend that ships, by name. */
export const testIndependence = (router: Router, written: Written = {}, backend = "reference"): void =>
  register(`${titleOf(router, written)} on ${backend}`, independenceChecks(router, written, backend))

export const independenceChecks = (router: Router, written: Written = {}, backend = "reference"): readonly Check[] => {
  const setting = { router, options: decoded(router, written) }
  const { query } = router.routing(setting.options)
  const reads = query === "task"

  const composition: Check["run"] = async () => {
    const { bench, stream } = await toyBench(router, backend)
    const fit = await fittedOnce(bench, setting, stream)
    const texts = textsIn(stream.blind, "test")
    const all = await evaluated(bench, setting, stream, fit)
    const places = texts.map((_, i) => i)
    const check = async (what: string, rows: readonly number[], more: readonly TokenIds[] = []) => {
      const now = await withTexts(
        bench,
        stream,
        [...rows.map((row) => texts[row]), ...more],
        [...rows, ...more.map(() => -1)],
        query.startsWith("frozen"),
      )
      const some = await evaluated(bench, setting, now, fit)
      const kept = rows.map((_, i) => i)
      agree(
        what,
        {
          ...some,
          logits: rowsOf(some.logits, kept),
          gates: Object.fromEntries(Object.entries(some.gates).map(([unit, gates]) => [unit, rowsOf(gates, kept)])),
        },
        all,
        rows,
      )
    }
    await check("alone", [0])
    await check("alone", [places.length - 1])
    await check("backwards, beside a longer text", places.toReversed(), [toyText(16, randomStream(8, "long text"))])
    await check("every other, one of them many times", [...places.filter((i) => i % 2 === 0), ...places.map(() => 1)])
  }

  const tasks: Check["run"] = async () => {
    const { bench, stream } = await toyBench(router, backend)
    const fit = await fittedOnce(bench, setting, stream)
    const turned = {
      ...stream,
      truth: truthOf(Array.from(stream.truth.arrays.task.data, (t) => (Number(t) + 1) % stream.modules.length)),
    }
    const [before, after] = [await evaluated(bench, setting, stream, fit), await evaluated(bench, setting, turned, fit)]
    const gates = Object.keys(before.gates).every((unit) => gap(before.gates[unit], after.gates[unit]) === 0)
    assert.equal(
      gates && gap(before.logits, after.logits) === 0 && before.predicted.every((c, i) => c === after.predicted[i]),
      !reads,
    )
  }

  const leaks = router.leaks?.(setting.options)
  const leaking: Check["run"] = () => assert.rejects(composition, "it declares a leak, and none is found")
  return [
    leaks
      ? { name: `gates change with the other texts, as it declares: leaks ${leaks}`, run: leaking }
      : { name: "gates and predictions do not change with the other texts, their order or padding", run: composition },
    { name: `permuted task ids of the test set ${reads ? "are read, as it declares" : "change nothing"}`, run: tasks },
  ]
}
