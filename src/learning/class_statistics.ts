/**
 * Means and covariances of frozen features by class and task, as similarity routers use them (EPI, Wang et al. 2023):
 *
 *     μ_c = mean of class c        Σ_k = mean over the classes of task k of their covariances        Σ = mean over tasks of Σ_k
 *
 * Covariances divide by the number of examples n_c (maximum likelihood), or by n_c - 1 (`unbiased`, as EPI's code does). Everything of a task comes from that task's features alone,
 * so a new task changes nothing of the earlier ones. Float64 sums in the order of the examples; only exactly rounded operations.
 */
export interface Features {
  /** [examples, width] */
  readonly features: Float32Array
  readonly width: number
  /** Task and class of each example, 0-based. */
  readonly task: Int32Array
  readonly class: Int32Array
  readonly tasks: number
  /** Task of each class. */
  readonly taskOfClass: Int32Array
}

export interface Means {
  /** [groups, width]; zeros for a group without examples. */
  readonly means: Float64Array
  readonly counts: Int32Array
}

export const classMeans = (given: Features): Means => meansBy(given, given.class, given.taskOfClass.length)
export const taskMeans = (given: Features): Means => meansBy(given, given.task, given.tasks)

function meansBy({ features, width }: Features, group: Int32Array, groups: number): Means {
  const means = new Float64Array(groups * width)
  const counts = new Int32Array(groups)
  for (let n = 0; n < group.length; n++) {
    const to = group[n] * width
    counts[group[n]]++
    for (let i = 0; i < width; i++) means[to + i] += features[n * width + i]
  }
  for (let g = 0; g < groups; g++) {
    if (counts[g] > 0) for (let i = g * width; i < (g + 1) * width; i++) means[i] /= counts[g]
  }
  return { means, counts }
}

/**
 * [tasks] arrays of [width, width]: around the class means (averaged over the task's classes that have examples), or around the task's own mean.
 */
export function taskCovariances(given: Features, around: "class" | "task" = "class", unbiased = false): Float64Array[] {
  const { width, tasks, taskOfClass } = given
  const group = around === "class" ? given.class : given.task
  const taskOf = around === "class" ? taskOfClass : Int32Array.from({ length: tasks }, (_, t) => t)
  const { means, counts } = meansBy(given, group, taskOf.length)
  const members = Array.from(counts, (count) => new Int32Array(count))
  const filled = new Int32Array(counts.length)
  for (let n = 0; n < group.length; n++) members[group[n]][filled[group[n]]++] = n
  const sums = Array.from({ length: tasks }, () => new Float64Array(width * width))
  const groups = new Int32Array(tasks)
  for (let g = 0; g < counts.length; g++) {
    if (counts[g] === 0) continue
    groups[taskOf[g]]++
    addCovariance(sums[taskOf[g]], given, members[g], means.subarray(g * width, (g + 1) * width), unbiased)
  }
  return sums.map((sum, t) => (groups[t] > 1 ? sum.map((v) => v / groups[t]) : sum))
}

/** Σ = mean over tasks of their covariances. */
export function meanCovariance(covariances: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(covariances[0].length)
  for (const covariance of covariances) for (let i = 0; i < mean.length; i++) mean[i] += covariance[i]
  return mean.map((v) => v / covariances.length)
}

/** sum += (1/n) Σ (φ - μ)(φ - μ)ᵀ , by tiles of 4 x 4 dot products over centred, transposed features. */
function addCovariance(
  sum: Float64Array,
  { features, width }: Features,
  members: Int32Array,
  mean: Float64Array,
  unbiased: boolean,
): void {
  const n = members.length
  const divisor = unbiased ? Math.max(1, n - 1) : n
  const padded = Math.ceil(width / 4) * 4
  const columns = new Float64Array(padded * n)
  for (let k = 0; k < n; k++) {
    const from = members[k] * width
    for (let i = 0; i < width; i++) columns[i * n + k] = features[from + i] - mean[i]
  }
  const tile = new Float64Array(16)
  for (let i = 0; i < padded; i += 4) {
    for (let j = 0; j <= i; j += 4) {
      products(columns, n, i * n, j * n, tile)
      for (let a = 0; a < 4; a++) {
        for (let b = 0; b < 4; b++) {
          const row = i + a
          const column = j + b
          if (row >= width || column > row) continue
          const value = tile[a * 4 + b] / divisor
          sum[row * width + column] += value
          if (row !== column) sum[column * width + row] += value
        }
      }
    }
  }
}

/** The 16 dot products of columns i..i+3 with columns j..j+3. */
function products(x: Float64Array, n: number, i: number, j: number, tile: Float64Array): void {
  let t00 = 0,
    t01 = 0,
    t02 = 0,
    t03 = 0,
    t10 = 0,
    t11 = 0,
    t12 = 0,
    t13 = 0
  let t20 = 0,
    t21 = 0,
    t22 = 0,
    t23 = 0,
    t30 = 0,
    t31 = 0,
    t32 = 0,
    t33 = 0
  for (let k = 0; k < n; k++) {
    const a0 = x[i + k],
      a1 = x[i + n + k],
      a2 = x[i + 2 * n + k],
      a3 = x[i + 3 * n + k]
    const b0 = x[j + k],
      b1 = x[j + n + k],
      b2 = x[j + 2 * n + k],
      b3 = x[j + 3 * n + k]
    t00 += a0 * b0
    t01 += a0 * b1
    t02 += a0 * b2
    t03 += a0 * b3
    t10 += a1 * b0
    t11 += a1 * b1
    t12 += a1 * b2
    t13 += a1 * b3
    t20 += a2 * b0
    t21 += a2 * b1
    t22 += a2 * b2
    t23 += a2 * b3
    t30 += a3 * b0
    t31 += a3 * b1
    t32 += a3 * b2
    t33 += a3 * b3
  }
  tile.set([t00, t01, t02, t03, t10, t11, t12, t13, t20, t21, t22, t23, t30, t31, t32, t33])
}
