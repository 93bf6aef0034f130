/**
 * MBC, model-based clustering (Ostapenko et al. 2024, arXiv 2405.11157): tasks whose modules point in like directions share one.
 *   v_i = all parameters of module i in a row; entries smaller in size than the q-quantile of |v_i| are set to zero
 *   V = U S W^T,   e_i = row i of the first columns of U S, of length 1,   S_ij = e_i . e_j
 *   k-means on the rows of S, begun by k-means++, the best of several runs
 * Then one module is trained on the union of each cluster's tasks. mttl's class zeroes with q 0.8, its script with 0.5; both keep
 * 64 components and 10 clusters. U S comes from the Gram matrix V V^T = U S^2 U^T: few modules, many numbers.
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix"
import {
  defineGrouping,
  kMeans,
  type ModuleOfTask,
  optional,
  PositiveInt,
  Rate,
  Schema,
} from "../../src/plugin/index.ts"

export default defineGrouping({
  name: "mbc",
  summary:
    "Model-based clustering: k-means on the cosine similarities of the modules' parameters (Ostapenko et al. 2024)",
  equation: "S_ij = cos(e_i, e_j), E = truncated SVD of the sparsified parameters; clusters = k-means of the rows of S",
  reference: "arXiv 2405.11157",
  checked: "scikit-learn: similarities and the partition of planted modules; three planted pairs of tasks",
  options: Schema.Struct({
    clusters: optional(PositiveInt, 10, "groups at most; there are no more than tasks"),
    sparsity: optional(
      Rate,
      0.8,
      "share of a module's smallest entries that count as zero (0.8 in mttl's class, 0.5 in its script)",
    ),
    components: optional(PositiveInt, 64, "of the truncated SVD"),
    restarts: optional(PositiveInt, 10, "runs of k-means, of which the one with the least spread counts"),
  }),
  count: ({ clusters }, modules) => Math.min(clusters, modules),
  groups: (modules, { clusters, sparsity, components, restarts }, random) => {
    const S = similarities(
      modules.map((module) => sparsified(flattened(module), sparsity)),
      components,
    )
    return kMeans(S, Math.min(clusters, modules.length), restarts, random).clusters
  },
})

/** All parameters in a row, in the order of their names. */
export const flattened = ({ parameters }: ModuleOfTask): Float64Array =>
  Float64Array.from(
    Object.keys(parameters)
      .sort()
      .flatMap((name) => Array.from(parameters[name].data as Float32Array)),
  )

/** Zero where |v| lies below its quantile, as numpy counts it: between two entries it is a mean of both. */
export const sparsified = (v: Float64Array, quantile: number): Float64Array => {
  const sizes = v.map(Math.abs).sort()
  const place = quantile * (sizes.length - 1)
  const [low, high] = [sizes[Math.floor(place)], sizes[Math.ceil(place)]]
  const least = low + (high - low) * (place - Math.floor(place))
  return v.map((entry) => (Math.abs(entry) < least ? 0 : entry))
}

/** Cosine similarities of the vectors, after the truncated SVD. */
export const similarities = (vectors: readonly Float64Array[], components: number): number[][] => {
  const gram = new Matrix(vectors.map((one) => vectors.map((other) => dot(one, other))))
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, { assumeSymmetric: true })
  const kept = realEigenvalues
    .map((value, column) => ({ value: Math.max(0, value), column }))
    .sort((a, b) => b.value - a.value)
    .slice(0, components)
  const rows = vectors.map((_, i) =>
    unit(Float64Array.from(kept, ({ value, column }) => Math.sqrt(value) * eigenvectorMatrix.get(i, column))),
  )
  return rows.map((one) => rows.map((other) => dot(one, other)))
}

const dot = (one: Float64Array, other: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < one.length; i++) sum += one[i] * other[i]
  return sum
}

/** Of length 1; zeros stay zeros. */
const unit = (e: Float64Array): Float64Array => {
  const length = Math.sqrt(dot(e, e))
  return length === 0 ? e : e.map((entry) => entry / length)
}
