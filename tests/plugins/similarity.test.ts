/** Similarity routing on frozen features (invariant I9), and the probes that classify by the same statistics. */
import assert from "node:assert/strict"
import { test } from "node:test"
import centroidProbe from "../../plugins/probes/frozen_class_centroid.ts"
import gaussianProbe from "../../plugins/probes/frozen_class_gaussian.ts"
import similarity from "../../plugins/routers/similarity.ts"
import { type Constants, type Probe, type Router, Schema, type Statistics, weight } from "../../src/plugin/index.ts"
import { shipped } from "../../src/plugin/registry.ts"
import golden from "../golden/gaussian.json" with { type: "json" }
import { compute, matrix, rows } from "./formula.ts"

const router: Router = similarity
const options = (plugin: Router | Probe, given: object) => Schema.decodeUnknownSync(plugin.options)(given as never)
const leaves = (constants: Constants) =>
  Object.fromEntries(Object.entries(constants).map(([name, host]) => [name, weight(name, host)]))
const largest = (row: readonly number[]) => row.indexOf(Math.max(...row))

const gates = async (given: Statistics, test: readonly (readonly number[])[], written: object) => {
  const chosen = options(router, written)
  const constants = router.statistics!(given, chosen)
  const formula = router.gates(rows("phi", given.width), leaves(constants), chosen, {
    training: false,
    modules: given.tasks,
  })
  return (await compute({ formula }, { phi: matrix(test) })).formula
}

for (const [name, one] of Object.entries(golden.cases)) {
  const given: Statistics = {
    features: Float32Array.from(one.features.flat()),
    width: one.width,
    task: Int32Array.from(one.tasks),
    class: Int32Array.from(one.classes),
    tasks: 3,
    taskOfClass: Int32Array.from(golden.task_of_class),
  }

  test(`golden '${name}': the chosen tasks, and softmax(-distance^2 / 2 tau)`, async () => {
    for (const { shrinkage, task, task_distances } of one.gaussian) {
      const temperature = shrinkage === 0 && name === "deficient" ? 50 : 3
      const row = await gates(given, one.test, {
        statistic: "class_gaussian",
        shrinkage,
        combine: "softmax",
        temperature,
      })
      assert.deepEqual(row.map(largest), task)
      row.forEach((gate, i) => {
        const least = Math.min(...task_distances[i])
        const weights = task_distances[i].map((distance) => Math.exp(-(distance - least) / 2 / temperature))
        const total = weights.reduce((a, b) => a + b)
        gate.forEach((value, t) =>
          assert.ok(
            Math.abs(value - weights[t] / total) < 2e-4,
            `shrinkage ${shrinkage}, text ${i}: ${value} is not ${weights[t] / total}`,
          ),
        )
      })
    }
    assert.deepEqual((await gates(given, one.test, { statistic: "class_centroid" })).map(largest), one.euclidean.task)
  })

  test(`I9 '${name}': a Gaussian shrunk to the unit matrix chooses as the centroid does`, async () => {
    for (const what of ["class", "task"])
      assert.deepEqual(
        (await gates(given, one.test, { statistic: `${what}_gaussian`, shrinkage: 1 })).map(largest),
        (await gates(given, one.test, { statistic: `${what}_centroid` })).map(largest),
      )
  })

  test(`I9 '${name}': a further task does not move the choice among the earlier ones`, async () => {
    const first = given.task.map((_, i) => i).filter((i) => given.task[i] < 2)
    const earlier: Statistics = {
      ...given,
      features: Float32Array.from([...first].flatMap((i) => one.features[i])),
      task: first.map((i) => given.task[i]),
      class: first.map((i) => given.class[i]),
      tasks: 2,
      taskOfClass: given.taskOfClass.filter((task) => task < 2),
    }
    for (const statistic of ["class_centroid", "task_centroid"]) {
      const ratio = (row: readonly number[]) => Math.log(row[0] / row[1])
      const [before, after] = [
        await gates(earlier, one.test, { statistic, temperature: 5 }),
        await gates(given, one.test, { statistic, temperature: 5 }),
      ]
      before.forEach((row, i) => assert.ok(Math.abs(ratio(row) - ratio(after[i])) < 1e-3, `text ${i}`))
    }
  })

  test(`probes '${name}': the nearest class`, async () => {
    const nearest = (distances: readonly (readonly number[])[]) => distances.map((row) => row.indexOf(Math.min(...row)))
    const classes = async (probe: Probe, written: object) => {
      const chosen = options(probe, written)
      const scores = probe.scores(rows("phi", given.width), leaves(probe.statistics(given, chosen)), chosen)
      return (await compute({ scores }, { phi: matrix(one.test) })).scores.map(largest)
    }
    assert.deepEqual(await classes(centroidProbe, {}), nearest(one.euclidean.class_distances))
    for (const { shrinkage, class_distances } of one.gaussian)
      assert.deepEqual(await classes(gaussianProbe, { shrinkage }), nearest(class_distances))
  })
}

test("all probes that ship are tested: here, and ridge regression in ridge.test.ts", () => {
  assert.deepEqual(
    shipped("probe").map(({ name }) => name),
    [centroidProbe.name, gaussianProbe.name, "frozen_ridge"],
  )
})

test("a class or task without an example is never chosen", async () => {
  const given: Statistics = {
    features: Float32Array.of(0, 0, 1, 0),
    width: 2,
    task: Int32Array.of(0, 0),
    class: Int32Array.of(0, 1),
    tasks: 2,
    taskOfClass: Int32Array.of(0, 0, 1),
  }
  for (const statistic of ["class_centroid", "task_centroid"])
    assert.deepEqual(
      (
        await gates(
          given,
          [
            [9, 9],
            [0, 0],
          ],
          { statistic },
        )
      ).map(largest),
      [0, 0],
    )
})
