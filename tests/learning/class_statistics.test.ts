import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import {
  classMeans,
  type Features,
  meanCovariance,
  taskCovariances,
  taskMeans,
} from "../../src/learning/class_statistics.ts"
import { nearest, nearestByTask, squaredDistances } from "../../src/learning/nearest.ts"
import { shrunk, whitened, whitening } from "../../src/learning/whitening.ts"
import { testDraws } from "./draws.ts"

/** `perClass` examples of each class, around a mean of its own. */
function planted(width: number, taskOfClass: readonly number[], perClass: number, seed: number): Features {
  const random = testDraws(seed)
  const classes = taskOfClass.flatMap((_, c) => new Array<number>(perClass).fill(c))
  const centres = taskOfClass.map(() => Array.from({ length: width }, () => 4 * random.uniform()))
  return {
    features: Float32Array.from(
      classes.flatMap((c) => centres[c].map((centre, i) => centre + (random.uniform() - 0.5) * (1 + (i % 3)))),
    ),
    width,
    task: Int32Array.from(classes, (c) => taskOfClass[c]),
    class: Int32Array.from(classes),
    tasks: Math.max(...taskOfClass) + 1,
    taskOfClass: Int32Array.from(taskOfClass),
  }
}

function firstTasks(given: Features, tasks: number): Features {
  const kept = [...given.task.keys()].filter((n) => given.task[n] < tasks)
  const { width } = given
  return {
    ...given,
    features: Float32Array.from(kept.flatMap((n) => [...given.features.subarray(n * width, (n + 1) * width)])),
    task: Int32Array.from(kept, (n) => given.task[n]),
    class: Int32Array.from(kept, (n) => given.class[n]),
    tasks,
    taskOfClass: given.taskOfClass.filter((task) => task < tasks),
  }
}

const close = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number) => {
  assert.equal(a.length, b.length)
  for (let i = 0; i < a.length; i++)
    assert.ok(Math.abs(a[i] - b[i]) <= tolerance * (1 + Math.abs(b[i])), `${i}: ${a[i]} is not ${b[i]}`)
}

test("means by hand; a class without examples has count 0 and zeros", () => {
  const given: Features = {
    features: Float32Array.of(1, 2, 3, 4, 10, 20),
    width: 2,
    task: Int32Array.of(0, 0, 1),
    class: Int32Array.of(0, 0, 2),
    tasks: 2,
    taskOfClass: Int32Array.of(0, 0, 1),
  }
  assert.deepEqual([...classMeans(given).means], [2, 3, 0, 0, 10, 20])
  assert.deepEqual([...classMeans(given).counts], [2, 0, 1])
  assert.deepEqual([...taskMeans(given).means], [2, 3, 10, 20])
  const covariances = taskCovariances(given)
  assert.deepEqual([...covariances[0]], [1, 1, 1, 1])
  assert.deepEqual([...covariances[1]], [0, 0, 0, 0])
  assert.deepEqual([...meanCovariance(covariances)], [0.5, 0.5, 0.5, 0.5])
})

test("covariances equal the definition, for widths that no tile divides", () => {
  for (const width of [1, 3, 5, 8]) {
    const given = planted(width, [0, 0, 1], 7, width)
    const { means, counts } = classMeans(given)
    const expected = [0, 1].map((task) => {
      const sum = new Float64Array(width * width)
      const own = [0, 1, 2].filter((c) => given.taskOfClass[c] === task)
      for (let n = 0; n < given.class.length; n++) {
        const c = given.class[n]
        if (given.taskOfClass[c] !== task) continue
        const gap = Array.from({ length: width }, (_, i) => given.features[n * width + i] - means[c * width + i])
        for (let k = 0; k < sum.length; k++)
          sum[k] += (gap[Math.floor(k / width)] * gap[k % width]) / counts[c] / own.length
      }
      return sum
    })
    taskCovariances(given).forEach((covariance, t) => {
      close(covariance, expected[t], 1e-12)
    })
  }
})

test("around the task's mean: within plus between the classes", () => {
  const given = planted(3, [0, 0], 5, 2)
  const [within] = taskCovariances(given)
  const [whole] = taskCovariances(given, "task")
  const { means } = classMeans(given)
  const task = taskMeans(given).means
  const between = Float64Array.from({ length: 9 }, (_, k) => {
    const i = Math.floor(k / 3)
    const j = k % 3
    return [0, 1].reduce((sum, c) => sum + ((means[c * 3 + i] - task[i]) * (means[c * 3 + j] - task[j])) / 2, 0)
  })
  close(
    whole,
    within.map((v, k) => v + between[k]),
    1e-6,
  )
})

test("adding a task leaves the means and covariances of earlier tasks as they are, bit by bit", () => {
  const all = planted(6, [0, 0, 1, 1, 2], 9, 5)
  const before = firstTasks(all, 2)
  assert.deepEqual([...classMeans(before).means], [...classMeans(all).means.subarray(0, 4 * 6)])
  assert.deepEqual([...taskMeans(before).means], [...taskMeans(all).means.subarray(0, 2 * 6)])
  assert.deepEqual(taskCovariances(before), taskCovariances(all).slice(0, 2))
})

test("Mahalanobis with the identity equals Euclid", () => {
  const identity = Float64Array.from({ length: 16 }, (_, k) => (k % 5 === 0 ? 1 : 0))
  const given = planted(4, [0, 1], 6, 9)
  const { means } = classMeans(given)
  for (const shrinkage of [0, 0.5, 1]) {
    const map = whitening(identity, 4, shrinkage)
    assert.equal(map.warning, undefined)
    close(
      squaredDistances(whitened(map, given.features), whitened(map, means), 4),
      squaredDistances(given.features, means, 4),
      1e-12,
    )
  }
})

test("whitening inverts the shrunk covariance: WᵀW Σ_s = I, and s = 0 agrees with the pseudo-inverse where Σ has full rank", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 1000 }),
      fc.constantFrom(0, 0.1, 0.7, 1),
      (width, seed, shrinkage) => {
        const covariance = meanCovariance(taskCovariances(planted(width, [0, 0, 1], 20, seed)))
        const { map, rank, warning } = whitening(covariance, width, shrinkage)
        assert.equal(rank, width)
        assert.equal(warning, undefined)
        const target = shrunk(covariance, width, shrinkage)
        const product = Float64Array.from({ length: width * width }, (_, k) => {
          let sum = 0
          for (let r = 0; r < rank; r++) {
            for (let j = 0; j < width; j++)
              sum += map[r * width + Math.floor(k / width)] * map[r * width + j] * target[j * width + (k % width)]
          }
          return sum
        })
        close(
          product,
          Float64Array.from({ length: width * width }, (_, k) => (k % (width + 1) === 0 ? 1 : 0)),
          1e-9,
        )
      },
    ),
    { numRuns: 60, seed: 1 },
  )
})

test("too few examples for a covariance: s = 0 warns and gives the pseudo-inverse, shrinkage heals it", () => {
  const given = planted(8, [0, 0], 3, 4)
  const covariance = meanCovariance(taskCovariances(given))
  const lossy = whitening(covariance, 8, 0)
  assert.equal(lossy.rank, 4)
  assert.equal(lossy.warning?.code, "rank_deficient")
  const W = lossy.map
  const pseudo = (i: number, j: number) => [0, 1, 2, 3].reduce((sum, r) => sum + W[r * 8 + i] * W[r * 8 + j], 0)
  const S = covariance
  const again = Float64Array.from({ length: 64 }, (_, k) => {
    let sum = 0
    for (let a = 0; a < 8; a++)
      for (let b = 0; b < 8; b++) sum += S[Math.floor(k / 8) * 8 + a] * pseudo(a, b) * S[b * 8 + (k % 8)]
    return sum
  })
  close(again, S, 1e-9)
  assert.equal(whitening(covariance, 8, 0.1).warning, undefined)
  assert.equal(whitening(covariance, 8, 0.1).rank, 8)
})

test("one example a class: no variance, a warning, Euclidean distances", () => {
  const given = planted(3, [0, 1], 1, 4)
  const map = whitening(meanCovariance(taskCovariances(given)), 3, 0.1)
  assert.equal(map.warning?.code, "no_variance")
  assert.deepEqual([...whitened(map, [1, 2, 3])], [1, 2, 3])
})

test("nearest mean finds planted classes and their tasks; absent classes are never nearest", () => {
  const given = planted(12, [0, 0, 1, 1, 2], 30, 8)
  const { means, counts } = classMeans(given)
  const map = whitening(meanCovariance(taskCovariances(given)), 12, 0.1)
  const distances = squaredDistances(whitened(map, given.features), whitened(map, means), map.rank, counts)
  assert.deepEqual(nearest(distances, 5), given.class)
  assert.deepEqual(nearest(nearestByTask(distances, given.taskOfClass, 3), 3), given.task)
  const absent = squaredDistances([0, 0], [0, 0, 5, 5], 2, Int32Array.of(0, 3))
  assert.deepEqual([...nearest(absent, 2)], [1])
})
