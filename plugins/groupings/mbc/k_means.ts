/**
 * k-means: centres that minimise the squared distances of points to the nearest of them (Lloyd 1982), begun by k-means++
 * (Arthur and Vassilvitskii 2007), which draws each further centre with a chance proportional to the squared distance from
 * those that there are. No cluster is empty: one that loses its points takes the point that is farthest from its centre.
 */
import type { RandomStream } from "../../../src/plugin/index.ts"

type Point = readonly number[]

const MOST_STEPS = 300

/** The cluster of each point, 0 to k - 1, counted as points first bring them; k is at most the number of points. */
export const kMeans = (points: readonly Point[], k: number, restarts: number, random: RandomStream): number[] => {
  let best: { readonly clusters: number[]; readonly spread: number } | undefined
  for (let run = 0; run < restarts; run++) {
    const found = lloyd(points, plusPlus(points, k, random))
    if (!best || found.spread < best.spread) best = found
  }
  const numbers = [...new Set(best!.clusters)]
  return best!.clusters.map((cluster) => numbers.indexOf(cluster))
}

const squared = (a: Point, b: Point): number => a.reduce((sum, x, i) => sum + (x - b[i]) ** 2, 0)

/** The first centre by chance. Where every point lies on a centre, any point will do. */
const plusPlus = (points: readonly Point[], k: number, random: RandomStream): Point[] => {
  const centres = [points[random.below(points.length)]]
  while (centres.length < k) {
    const far = points.map((point) => Math.min(...centres.map((centre) => squared(point, centre))))
    const total = far.reduce((sum, distance) => sum + distance, 0)
    let left = random.uniform() * total
    const drawn = far.findIndex((distance) => (left -= distance) < 0)
    centres.push(points[drawn < 0 ? centres.length : drawn])
  }
  return centres
}

const lloyd = (
  points: readonly Point[],
  start: readonly Point[],
): { readonly clusters: number[]; readonly spread: number } => {
  let centres = start
  let clusters: number[] = []
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
  return { clusters, spread: points.reduce((sum, point, i) => sum + squared(point, centres[clusters[i]]), 0) }
}

const nearest = (point: Point, centres: readonly Point[]): number => {
  const distances = centres.map((centre) => squared(point, centre))
  return distances.indexOf(Math.min(...distances))
}

const mean = (points: readonly Point[]): Point =>
  points[0].map((_, axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length)

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
