/**
 * The examples that are nearest to centres of k-means (Lloyd 1982; started as k-means++, Arthur and Vassilvitskii 2007) on frozen
 * features of a class, or of a whole task, so that what is kept stands for all of it: with clusters C_1 .. C_k,
 *
 *     min_C Σ_j Σ_{x in C_j} || φ(x) - μ_j ||² ,   μ_j the mean of C_j;     p_j = argmin_{x in C_j} || φ(x) - μ_j ||
 *
 * of some starts the one with the least sum. IDBR (Huang et al. 2021) chooses a task's memory so, on the trained model's [CLS];
 * here features are those of the frozen backbone, so that every row has the same memory. Texts that are alike share a cluster:
 * where fewer than k differ, fewer are kept.
 */
import {
  defineMemory,
  type FeatureRows,
  notBoth,
  optional,
  PositiveInt,
  type RandomStream,
  Schema,
} from "../../src/plugin/index.ts"

const PER_CLASS = 5
/** Moves of the centres after which a start is left as it is; that of scikit-learn. */
const MOVES = 300

const settings = Schema.Struct({
  per_class: Schema.optionalKey(
    PositiveInt.annotate({
      description: "clusters of each class, an example of each; all examples where the class has fewer",
      default: PER_CLASS,
    } as never),
  ),
  per_task: Schema.optionalKey(
    PositiveInt.annotate({ description: "clusters of each task, whatever the classes; instead of per_class" }),
  ),
  starts: optional(PositiveInt, 10, "of which the best is taken"),
})

type Options = typeof settings.Type

export default defineMemory({
  name: "k_means",
  summary: "The examples nearest to centres of k-means on frozen features of each class, or of each task (as IDBR)",
  equation: "p_j = argmin_{x in C_j} || phi(x) - mu_j ||,  C = argmin sum_j sum_{x in C_j} || phi(x) - mu_j ||^2",
  reference: "as IDBR (NAACL 2021, arXiv 2104.05489; SALT-NLP/IDBR, on trained features of a task) chooses its memory",
  checked: "scikit-learn: the examples nearest to its centres; seeds, copies",
  options: settings.check(notBoth<Options>("per_class", "per_task")),
  reads: "frozen_mean",
  classes: ({ per_task }: Options) =>
    per_task === undefined
      ? {
          why: "it keeps examples of each class",
          help: "say how many of each task: `per_task: 20`",
          option: "per_class",
        }
      : undefined,
  draw: ({ labels, features }, { per_class = PER_CLASS, per_task, starts }: Options, random) => {
    const all = Array.from(labels.keys())
    const of = (own: readonly number[], k: number): readonly number[] => {
      const phi = own.map((i) => row(features!, i))
      const tried = Array.from({ length: starts }, () => lloyd(phi, started(phi, k, random)))
      return tried.reduce((best, one) => (one.inertia < best.inertia ? one : best)).nearest.map((i) => own[i])
    }
    const classes = [...new Set(labels)].sort((a, b) => a - b)
    const kept =
      per_task === undefined
        ? classes.flatMap((c) => {
            const own = all.filter((i) => labels[i] === c)
            return of(own, Math.min(per_class, own.length))
          })
        : of(all, Math.min(per_task, all.length))
    return Int32Array.from(kept).sort()
  },
})

type Rows = readonly Float64Array[]

/** The first centres: each is an example, drawn with a chance that goes with its squared distance from those before it. */
const started = (phi: Rows, k: number, random: RandomStream): Rows => {
  if (phi.length === 0) return []
  const centres = [phi[random.below(phi.length)]]
  const far = phi.map((x) => squared(x, centres[0]))
  while (centres.length < k) {
    let left = random.uniform() * far.reduce((sum, d) => sum + d, 0)
    const drawn = far.findIndex((d) => d > 0 && (left -= d) <= 0)
    const next = phi[drawn >= 0 ? drawn : far.indexOf(Math.max(...far))]
    centres.push(next)
    phi.forEach((x, i) => (far[i] = Math.min(far[i], squared(x, next))))
  }
  return centres
}

interface Clusters {
  /** Σ_j Σ_{x in C_j} || φ(x) - μ_j ||² */
  readonly inertia: number
  /** Of each cluster that has examples the place of that which is nearest to its centre; the first of equals. */
  readonly nearest: readonly number[]
}

/** Centres move to the means of their clusters until no example changes its cluster. */
const lloyd = (phi: Rows, start: Rows): Clusters => {
  const centres = [...start]
  const cluster = new Int32Array(phi.length).fill(-1)
  const distance = new Float64Array(phi.length)
  /** Whether one has changed its cluster. */
  const assigned = (): boolean => {
    let changed = false
    phi.forEach((x, i) => {
      const to = nearestOf(centres, x)
      changed ||= to !== cluster[i]
      cluster[i] = to
      distance[i] = squared(x, centres[to])
    })
    return changed
  }
  for (let move = 0; assigned() && move < MOVES; move++)
    centres.forEach((_, j) => {
      const own = phi.filter((_, i) => cluster[i] === j)
      if (own.length > 0) centres[j] = mean(own)
    })
  const nearest = centres.flatMap((_, j) => {
    let best = -1
    cluster.forEach((c, i) => {
      if (c === j && (best < 0 || distance[i] < distance[best])) best = i
    })
    return best < 0 ? [] : [best]
  })
  return { inertia: distance.reduce((sum, d) => sum + d, 0), nearest }
}

const nearestOf = (centres: Rows, x: Float64Array): number => {
  let [best, least] = [0, Number.POSITIVE_INFINITY]
  centres.forEach((centre, j) => {
    const d = squared(x, centre)
    if (d < least) [best, least] = [j, d]
  })
  return best
}

const row = ({ data, width }: FeatureRows, i: number) => Float64Array.from(data.subarray(i * width, (i + 1) * width))

const squared = (x: Float64Array, y: Float64Array): number => {
  let sum = 0
  for (let d = 0; d < x.length; d++) sum += (x[d] - y[d]) ** 2
  return sum
}

const mean = (rows: Rows): Float64Array => {
  const total = new Float64Array(rows[0].length)
  for (const x of rows) x.forEach((value, d) => (total[d] += value))
  return total.map((value) => value / rows.length)
}
