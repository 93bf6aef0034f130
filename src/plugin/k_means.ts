/**
 * k-means: centres that minimise the squared distances of points to the nearest of them (Lloyd 1982), begun by k-means++
 * (Arthur and Vassilvitskii 2007), which draws each further centre with a chance proportional to the squared distance from
 * those that there are. No cluster is empty: one that loses its points takes the point that is farthest from its centre.
 */
import type { RandomStream } from "../tensor/index.ts"

type Point = ArrayLike<number>

export interface Clustering {
  /** The cluster of each point, 0 to k - 1, counted as points first bring them. */
  readonly clusters: readonly number[]
  /** Of each cluster the place of the point that is nearest to its centre; the first of equals. */
  readonly nearest: readonly number[]
}

interface Found {
  readonly clusters: readonly number[]
  readonly centres: readonly Point[]
  readonly spread: number
}

/** As scikit-learn. */
const MOST_STEPS = 300

/** The best of some starts; k is at most the number of points, [points][axes]. */
export const kMeans = (points: readonly Point[], k: number, starts: number, random: RandomStream): Clustering => {
  if (points.length === 0) return { clusters: [], nearest: [] }
  let best: Found | undefined
  for (let start = 0; start < starts; start++) {
    const found = lloyd(points, plusPlus(points, k, random))
    if (!best || found.spread < best.spread) best = found
  }
  const { clusters, centres } = best as Found
  const numbers = [...new Set(clusters)]
  const distances = points.map((point, i) => squared(point, centres[clusters[i]]))
  return {
    clusters: clusters.map((cluster) => numbers.indexOf(cluster)),
    nearest: numbers.map((cluster) => {
      const own = [...points.keys()].filter((i) => clusters[i] === cluster)
      return own.reduce((nearest, i) => (distances[i] < distances[nearest] ? i : nearest))
    }),
  }
}

const squared = (a: Point, b: Point): number => {
  let sum = 0
  for (let axis = 0; axis < a.length; axis++) sum += (a[axis] - b[axis]) ** 2
  return sum
}

/** The first centre by chance. Where every point lies on a centre, any point will do. */
const plusPlus = (points: readonly Point[], k: number, random: RandomStream): Point[] => {
  const centres = [points[random.below(points.length)]]
  const far = points.map((point) => squared(point, centres[0]))
  while (centres.length < k) {
    let left = random.uniform() * far.reduce((sum, distance) => sum + distance, 0)
    const drawn = far.findIndex((distance) => (left -= distance) < 0)
    const next = points[drawn < 0 ? centres.length : drawn]
    centres.push(next)
    points.forEach((point, i) => (far[i] = Math.min(far[i], squared(point, next))))
  }
  return centres
}

const lloyd = (points: readonly Point[], start: readonly Point[]): Found => {
  let centres = start
  let clusters: readonly number[] = []
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = filled(
      points,
      centres,
      points.map((point) => nearest(point, centres)),
    )
    if (next.every((cluster, i) => cluster === clusters[i])) break
    clusters = next
    centres = centres.map((_, c) => mean(points.filter((_, i) => clusters[i] === c)))
  }
  return { clusters, centres, spread: points.reduce((sum, point, i) => sum + squared(point, centres[clusters[i]]), 0) }
}

const nearest = (point: Point, centres: readonly Point[]): number => {
  const distances = centres.map((centre) => squared(point, centre))
  return distances.indexOf(Math.min(...distances))
}

const mean = (points: readonly Point[]): Point => {
  const total = new Float64Array(points[0].length)
  for (const point of points) for (let axis = 0; axis < total.length; axis++) total[axis] += point[axis]
  return total.map((sum) => sum / points.length)
}

/** Every empty cluster takes the point that is farthest from its centre, of a cluster that has others. */
const filled = (points: readonly Point[], centres: readonly Point[], nearby: readonly number[]): number[] => {
  const clusters = [...nearby]
  for (const c of centres.keys()) {
    if (clusters.includes(c)) continue
    const distances = points.map((point, i) =>
      clusters.filter((other) => other === clusters[i]).length > 1 ? squared(point, centres[clusters[i]]) : -1,
    )
    clusters[distances.indexOf(Math.max(...distances))] = c
  }
  return clusters
}
