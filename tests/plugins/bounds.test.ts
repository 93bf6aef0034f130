/** The bounds among the routers: what each of them must choose. */
import assert from "node:assert/strict"
import { test } from "node:test"
import baseModel from "../../plugins/routers/base_model.ts"
import maxConfidence from "../../plugins/routers/max_confidence.ts"
import oracle from "../../plugins/routers/oracle.ts"
import perTask from "../../plugins/routers/per_task.ts"
import random from "../../plugins/routers/random.ts"
import uniform from "../../plugins/routers/uniform.ts"
import { type Router, randomStream, Schema } from "../../src/plugin/index.ts"
import { applied, confidences, draws } from "../../src/run/steps/query.ts"
import { compute, matrix, normals, rows } from "./formula.ts"

const gates = async (router: Router, query: readonly (readonly number[])[], modules: number) => {
  const options = Schema.decodeUnknownSync(router.options)({} as never)
  const formula = router.gates(rows("query", query[0].length), {}, options, { training: false, modules })
  return (await compute({ formula }, { query: matrix(query) })).formula
}

test("the oracle and per_task choose the task that they are told", async () => {
  const tasks = [
    [0, 1, 0],
    [1, 0, 0],
    [0, 0, 1],
  ]
  for (const router of [oracle, perTask]) {
    assert.deepEqual(await gates(router, tasks, 3), tasks)
    assert.equal(router.routing({}).query, "task")
  }
})

test("random chooses one module, each as often as another, by the text's own number", async () => {
  for (const modules of [1, 2, 3, 7]) {
    const u = Array.from({ length: 700 }, (_, i) => [(i + 0.5) / 700])
    const all = await gates(random, u, modules)
    for (const [i, row] of all.entries())
      assert.deepEqual(
        row,
        row.map((_, m) => (m === Math.floor(u[i][0] * modules) ? 1 : 0)),
      )
  }
})

test("the numbers of texts are uniform, depend on text and seed alone, and not on their place", () => {
  const texts = Array.from({ length: 2000 }, (_, i) => Int32Array.of(2, i, 3))
  const { data } = draws(texts, 1)
  const counts = new Array(10).fill(0)
  for (const u of data) counts[Math.floor(Number(u) * 10)]++
  assert.ok(
    counts.every((count) => Math.abs(count - 200) < 6 * Math.sqrt(180)),
    String(counts),
  )
  assert.equal(draws([texts[5], texts[3]], 1).data[1], data[3])
  assert.notEqual(draws([texts[3]], 2).data[0], data[3])
})

test("uniform gates are 1/t, those of the base model 0", async () => {
  assert.deepEqual(
    (
      await compute(
        {
          y: uniform.gates(rows("q", 1), {}, { aggregate: "outputs", mix: "factors" }, { training: false, modules: 4 }),
        },
        {},
      )
    ).y.flat(),
    [0.25, 0.25, 0.25, 0.25],
  )
  assert.deepEqual(
    (await compute({ y: baseModel.gates(rows("q", 1), {}, {}, { training: false, modules: 2 }) }, {})).y.flat(),
    [0, 0],
  )
})

test("max_confidence reads log-probabilities, also of modules that are all but sure, and chooses the surest", async () => {
  const features = [0, 1, 2].map((m) => ({ shape: [6, 4], data: Float32Array.from(normals(6, 4, m + 1).flat()) }))
  // heads from hesitant to so sure that their probability is 1 in float32
  const heads = [1, 20, 40].map((scale, m) => ({
    W: { shape: [4, 3], data: Float32Array.from(normals(4, 3, m + 9, scale).flat()) },
    b: { shape: [3], data: Float32Array.from({ length: 3 }, () => randomStream(m, "b").normal()) },
  }))
  const { shape, data } = confidences(features, heads)
  assert.deepEqual(shape, [6, 3])
  for (let i = 0; i < 6; i++)
    for (let m = 0; m < 3; m++) {
      const logits = [...applied(features[m], heads[m]).subarray(i * 3, i * 3 + 3)]
      const top = Math.max(...logits)
      const others = logits.filter((_, c) => c !== logits.indexOf(top)).reduce((sum, z) => sum + Math.exp(z - top), 0)
      const expected = -Math.log1p(others)
      assert.ok(
        Math.abs(Number(data[i * 3 + m]) - expected) <= 1e-6 * Math.abs(expected) + 1e-9,
        `${data[i * 3 + m]} is not ${expected}`,
      )
    }
  const chosen = await gates(
    maxConfidence,
    Array.from({ length: 6 }, (_, i) => [...(data.subarray(3 * i, 3 * i + 3) as Float32Array)]),
    3,
  )
  for (const [i, row] of chosen.entries()) {
    const own = [...(data.subarray(3 * i, 3 * i + 3) as Float32Array)]
    assert.equal(row.indexOf(Math.max(...row)), own.indexOf(Math.max(...own)))
  }
})
