import assert from "node:assert/strict"
import { test } from "node:test"
import {
  classMeans,
  type Features,
  meanCovariance,
  taskCovariances,
  taskMeans,
} from "../../src/learning/class_statistics.ts"
import { holm } from "../../src/learning/holm.ts"
import {
  anytimeAccuracy,
  averageAccuracy,
  backwardTransfer,
  bernoulliEntropy,
  forgetting,
  largest,
  learningAccuracy,
  mutualInformation,
  normalisedEntropy,
  rightMass,
  utilisation,
} from "../../src/learning/metrics/index.ts"
import { nearest, nearestByTask, squaredDistances } from "../../src/learning/nearest.ts"
import { signFlipP } from "../../src/learning/permutation.ts"
import { shrunk, whitened, whitening } from "../../src/learning/whitening.ts"
import gaussianGolden from "../golden/gaussian.json" with { type: "json" }
import metricsGolden from "../golden/metrics.json" with { type: "json" }
import { testDraws } from "./draws.ts"

const metrics: any = metricsGolden
const gaussian: any = gaussianGolden

/** Golden values have seven significant digits. */
function near(
  actual: ArrayLike<number> | number | undefined,
  expected: readonly number[] | number,
  tolerance = 1e-6,
): void {
  const a = typeof actual === "number" ? [actual] : actual!
  const b = typeof expected === "number" ? [expected] : expected
  assert.equal(a.length, b.length)
  const scale = b.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-3)
  for (let i = 0; i < b.length; i++)
    assert.ok(Math.abs(a[i] - b[i]) <= tolerance * scale, `${i}: ${a[i]} is not ${b[i]}`)
}

for (const [name, { R, figures }] of Object.entries<any>(metrics.matrices)) {
  test(`golden metrics of the matrix '${name}', every variant`, () => {
    near(averageAccuracy(R), figures.average_accuracy)
    near(anytimeAccuracy(R), figures.anytime_accuracy)
    near(learningAccuracy(R), figures.learning_accuracy)
    near(forgetting(R), figures.forgetting.chaudhry)
    near(forgetting(R, "before_last"), figures.forgetting.before_last)
    near(forgetting(R, "all_rows"), figures.forgetting.all_rows)
    near(forgetting(R, "first"), figures.forgetting.first)
    near(backwardTransfer(R), figures.backward_transfer.gem)
    near(backwardTransfer(R, "sapt"), figures.backward_transfer.sapt)
  })
}

test("golden: Holm, permutation", () => {
  for (const { p, adjusted } of metrics.holm) near(holm(p), adjusted)
  for (const { differences, p } of Object.values<any>(metrics.permutation))
    near(signFlipP(differences, testDraws(1)), p)
})

test("golden: gates", () => {
  const { gates, ...expected } = metrics.gates
  near(gates.map(normalisedEntropy), expected.normalised_entropies)
  near(gates.map(bernoulliEntropy), expected.bernoulli_entropies, 3e-6)
  near(utilisation(gates), expected.utilisation)
  near(mutualInformation(gates), expected.mutual_information)
  const right: number[] = expected.right_module
  const mean = (of: (k: number) => number) => right.reduce((sum, _, k) => sum + of(k), 0) / right.length
  near(
    mean((k) => rightMass([gates[k]], right[k])),
    expected.right_mass,
  )
  near(
    mean((k) => (largest(gates[k]) === right[k] ? 1 : 0)),
    expected.router_accuracy,
  )
})

for (const [name, expected] of Object.entries<any>(gaussian.cases)) {
  const width: number = expected.width
  const tests = Float64Array.from(expected.test.flat())
  const given: Features = {
    features: Float32Array.from(expected.features.flat()),
    width,
    task: Int32Array.from(expected.tasks),
    class: Int32Array.from(expected.classes),
    tasks: 3,
    taskOfClass: Int32Array.from(gaussian.task_of_class),
  }
  const covariance = meanCovariance(taskCovariances(given))

  test(`golden Gaussian '${name}': means and covariances`, () => {
    near(classMeans(given).means, expected.class_means.flat())
    near(taskMeans(given).means, expected.task_means.flat())
    taskCovariances(given).forEach((of, task) => {
      near(of, expected.task_covariances[task].flat())
    })
    near(covariance, expected.shared_covariance.flat())
    near(meanCovariance(taskCovariances(given, "class", true)), expected.shared_covariance_unbiased.flat())
  })

  test(`golden Gaussian '${name}': shrinkage, distances, decisions`, () => {
    const { means } = classMeans(given)
    for (const of of expected.gaussian) {
      near(shrunk(covariance, width, of.shrinkage), of.covariance.flat())
      const map = whitening(covariance, width, of.shrinkage)
      assert.equal(map.rank, of.shrinkage === 0 ? expected.rank : width)
      const distances = squaredDistances(whitened(map, tests), whitened(map, means), map.rank)
      near(distances, of.class_distances.flat(), 1e-5)
      const byTask = nearestByTask(distances, given.taskOfClass, 3)
      near(byTask, of.task_distances.flat(), 1e-5)
      assert.deepEqual([...nearest(byTask, 3)], of.task)
    }
    const euclidean = squaredDistances(tests, means, width)
    near(euclidean, expected.euclidean.class_distances.flat())
    assert.deepEqual([...nearest(nearestByTask(euclidean, given.taskOfClass, 3), 3)], expected.euclidean.task)
  })
}
