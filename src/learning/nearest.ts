/** Squared distances to means and the nearest of them. Mahalanobis distances are squared distances of whitened rows to whitened means. */

/** |x - μ|², [examples, means]; rows [examples, width], means [means, width]. Infinity for an absent mean (count 0). */
export function squaredDistances(
  rows: ArrayLike<number>,
  means: ArrayLike<number>,
  width: number,
  counts?: Int32Array,
): Float64Array {
  const n = rows.length / width
  const m = means.length / width
  const distances = new Float64Array(n * m)
  for (let k = 0; k < n; k++) {
    for (let c = 0; c < m; c++) {
      let sum = 0
      for (let i = 0, a = k * width, b = c * width; i < width; i++, a++, b++) {
        const gap = rows[a] - means[b]
        sum += gap * gap
      }
      distances[k * m + c] = counts !== undefined && counts[c] === 0 ? Number.POSITIVE_INFINITY : sum
    }
  }
  return distances
}

/** Index of the smallest of each row [examples, m]; the lowest index where several are smallest. */
export function nearest(distances: Float64Array, m: number): Int32Array {
  return Int32Array.from({ length: distances.length / m }, (_, k) => {
    let best = 0
    for (let c = 1; c < m; c++) if (distances[k * m + c] < distances[k * m + best]) best = c
    return best
  })
}

/** min over the classes of each task, [examples, tasks]: k̂(x) = argmin_k min_c of EPI takes the nearest of these. */
export function nearestByTask(distances: Float64Array, taskOfClass: Int32Array, tasks: number): Float64Array {
  const m = taskOfClass.length
  const result = new Float64Array((distances.length / m) * tasks).fill(Number.POSITIVE_INFINITY)
  for (let k = 0; k < distances.length / m; k++) {
    for (let c = 0; c < m; c++) {
      const to = k * tasks + taskOfClass[c]
      result[to] = Math.min(result[to], distances[k * m + c])
    }
  }
  return result
}
