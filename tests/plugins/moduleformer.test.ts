/** ModuleFormer's gate: invariant I14, gates as they are, pruning and insertion. */
import assert from "node:assert/strict"
import { test } from "node:test"
import moduleformer from "../../plugins/routers/moduleformer.ts"
import { parameter, type Router, Schema } from "../../src/plugin/index.ts"
import { evaluated, fitted, fittedFrom } from "../../src/testing/routed_stream.ts"
import { toyBench } from "../../src/testing/router_bench.ts"
import { compute, matrix, normals, rows } from "./formula.ts"

const router: Router = moduleformer
const decoded = (written: object) => Schema.decodeUnknownSync(router.options)(written as never)
const N = 4

type Rows = readonly (readonly number[])[]
const diagonal = (value: number): Rows =>
  Array.from({ length: N }, (_, i) => Array.from({ length: N }, (_, j) => (i === j ? value : 0)))

/** With W1 and W2 of N x N and b1 zero: loss, and gates of each row of x. */
const computed = async (x: Rows, W1: Rows, W2: Rows, written: object, recorded?: Rows, training = true) => {
  const p = {
    W1: parameter("W1", [N, N]),
    b1: parameter("b1", [N]),
    W2: parameter("W2", [N, N]),
    ...(recorded ? { recorded: parameter("recorded", [N, N]) } : {}),
  }
  const options = decoded(written)
  const query = rows("x", N)
  const gates = router.gates(query, p, options, { training, modules: N })
  const own = router.loss!({ units: [{ unit: "a", gates, query, p }], task: query, newest: query }, options)
  const found = await compute(
    { gates, own },
    {
      x: matrix(x),
      W1: matrix(W1),
      W2: matrix(W2),
      b1: { shape: [N], data: new Float64Array(N) },
      ...(recorded ? { recorded: matrix(recorded) } : {}),
    },
  )
  return { gates: found.gates, loss: found.own[0][0] }
}

test("I14: the mutual information loss is least, -log N, when tokens route deterministically and uniformly", async () => {
  const one = { mutual_information: 1 }
  const least = (await computed(diagonal(1), diagonal(10), diagonal(10), one)).loss
  assert.ok(Math.abs(least + Math.log(N)) < 1e-9, `${least}`)
  const collapsed = await computed(
    [1, 2, 3, 4].map(() => [1, 0, 0, 0]),
    diagonal(10),
    diagonal(10),
    one,
  )
  assert.ok(Math.abs(collapsed.loss) < 1e-9, "all tokens to one module")
  const even = await computed(diagonal(1), diagonal(10), diagonal(0), one)
  assert.ok(Math.abs(even.loss) < 1e-9, "every token to all modules")
  for (let seed = 0; seed < 20; seed++) {
    const { loss } = await computed(normals(9, N, seed), normals(N, N, seed + 50, 3), normals(N, N, seed + 90, 3), one)
    assert.ok(loss >= -Math.log(N) - 1e-9 && loss <= 1e-9, `${loss}`)
  }
})

test("load concentration is least, 0, when all tokens go to one module, and log N when the load is even", async () => {
  const one = { concentration: 1 }
  const { loss } = await computed(
    [
      [1, 0, 0, 0],
      [1, 0, 0, 0],
    ],
    diagonal(10),
    diagonal(10),
    one,
  )
  assert.ok(Math.abs(loss) < 1e-9)
  assert.ok(Math.abs((await computed(diagonal(1), diagonal(10), diagonal(10), one)).loss - Math.log(N)) < 1e-9)
})

test("gates are the k largest probabilities, not normalised again", async () => {
  const given = [normals(6, N, 1), normals(N, N, 2), normals(N, N, 3)] as const
  const { gates: all } = await computed(...given, { top_k: N })
  const { gates: two } = await computed(...given, { top_k: 2 })
  all.forEach((row, i) => {
    assert.ok(Math.abs(row.reduce((sum, p) => sum + p, 0) - 1) < 1e-12)
    const second = [...row].sort((a, b) => b - a)[1]
    assert.deepEqual(
      two[i],
      row.map((p) => (p >= second ? p : 0)),
    )
  })
})

test("a module whose mean gate over the memory is below the threshold is left out, when it is not trained", async () => {
  const given = [normals(6, N, 1), normals(N, N, 2), normals(N, N, 3)] as const
  const recorded = [0, 1, 2, 3].map(() => [0.5, 0.04, 0.3, 0.05])
  recorded[0] = [0.5, 0.04, 0.3, 0.25] // the last module's mean over tasks is 0.1
  const { gates: before } = await computed(...given, { top_k: N, prune: 0.08 })
  const { gates: after } = await computed(...given, { top_k: N, prune: 0.08 }, recorded, false)
  assert.deepEqual(
    after,
    before.map(([a, , c, d]) => [a, 0, c, d]),
  )
  assert.deepEqual((await computed(...given, { top_k: N, prune: 0.08 }, recorded, true)).gates, before)
})

test("pruning on a stream: what is left out is what was recorded below the threshold, at each site", async () => {
  const { bench, stream } = await toyBench(router)
  const setting = { router, options: decoded({ top_k: 3, hidden: 4, prune: 0.33 }) }
  const fit = await fitted(bench, setting, stream)
  const { gates } = await evaluated(bench, setting, stream, fit)
  let pruned = 0
  for (const [unit, { data }] of Object.entries(gates)) {
    const recorded = fit.arrays[`unit/${unit}/recorded`].data
    for (const m of [0, 1, 2]) {
      const mean = [0, 1, 2].reduce((sum, t) => sum + Number(recorded[t * 3 + m]), 0) / 3
      const own = Array.from(data.filter((_: unknown, i: number) => i % 3 === m) as Float32Array)
      assert.ok(
        own.every((gate) => (mean > 0.33 ? gate > 0 : gate === 0)),
        `${unit}, module ${m}: mean ${mean}`,
      )
      pruned += mean > 0.33 ? 0 : 1
    }
  }
  assert.ok(pruned > 0 && pruned < 3 * Object.keys(gates).length, `${pruned} pruned`)
})

test("insertion: the gates of earlier modules keep their bytes, the new module's are learnt", async () => {
  const { bench, stream } = await toyBench(router)
  const hidden = 4
  const fits = await fittedFrom(bench, { router, options: decoded({ top_k: 3, hidden, insertion: true }) }, stream, 0)
  const column = (stage: number, unit: string, m: number) =>
    Array.from({ length: hidden }, (_, h) => Number(fits[stage].arrays[`unit/${unit}/W2`].data[h * (stage + 1) + m]))
  for (const unit of (fits[2].json as { units: string[] }).units) {
    for (const part of ["W1", "b1"])
      assert.deepEqual(fits[2].arrays[`unit/${unit}/${part}`].data, fits[1].arrays[`unit/${unit}/${part}`].data)
    for (const m of [0, 1]) assert.deepEqual(column(2, unit, m), column(1, unit, m), `${unit}, module ${m}`)
    const fresh = await fittedFrom(bench, { router, options: decoded({ top_k: 3, hidden }) }, stream, 2)
    assert.notDeepEqual(
      column(2, unit, 2),
      Array.from({ length: hidden }, (_, h) => Number(fresh[0].arrays[`unit/${unit}/W2`].data[h * 3 + 2])),
    )
  }
})
