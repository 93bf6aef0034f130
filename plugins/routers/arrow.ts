/**
 * Arrow: zero-shot routing by the modules' own weights (Ostapenko et al. 2024, arXiv 2405.11157).
 * Per token x and site: p_i is the top singular direction of module i's update in the site's input space,
 *   s_i = |x . p_i|,  w = softmax of the k largest s / tau,
 *   outer (as in HF peft):  y <- y + sum_i w_i (x A_i) B_i        factors (as in mttl):  y <- y + (x sum_i w_i A_i) (sum_i w_i B_i)
 * The published codes differ in `mix` and in k (peft 3, mttl all, the paper's evaluations 4); neither normalises x.
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix"
import {
  abs,
  defineRouter,
  type HostTensor,
  matmul,
  optional,
  PositiveInt,
  PositiveNumber,
  Schema,
  softmaxOfLargest,
  transpose,
  words,
} from "../../src/plugin/index.ts"

export default defineRouter({
  name: "arrow",
  summary: "Zero-shot, per token and site, by the top singular direction of each LoRA (Ostapenko et al. 2024)",
  equation: "w = softmax(top_k |x . p_i| / tau), p_i = top singular direction of A_i B_i",
  reference: "arXiv 2405.11157",
  options: Schema.Struct({
    top_k: optional(PositiveInt, 4, "modules that stay in the softmax of a token"),
    temperature: optional(PositiveNumber, 1, "tau of the softmax"),
    mix: optional(words("outer", "factors"), "outer", "mix the modules' updates (HF peft), or A and B apart (mttl)"),
  }),
  routing: ({ mix }) => ({ query: "site", level: "site", granularity: "token", aggregate: "parameters", mix }),
  needs: ["factors"],
  prepare: ({ unit, factors }) => {
    const missing = factors.findIndex((module) => module.length === 0)
    if (missing >= 0) return `Arrow needs low-rank modules; module ${missing + 1} has no factors at ${unit}`
    return { P: stacked(factors.map(([{ A, B }]) => topDirection(A, B))) }
  },
  gates: (x, { P }, { top_k, temperature }) => softmaxOfLargest(abs(matmul(x, transpose(P))), top_k, temperature),
})

/** Unit vector p in the input space with |p . u_1| = 1 for A B = U S V^T, from r x r matrices only: A^T A = Q D Q^T, top eigenvector of D^.5 Q^T B B^T Q D^.5. */
export const topDirection = (A: HostTensor, B: HostTensor): Float32Array => {
  const a = new Matrix(rows(A))
  const b = new Matrix(rows(B))
  const gram = new EigenvalueDecomposition(a.transpose().mmul(a), { assumeSymmetric: true })
  const roots = gram.realEigenvalues.map((value) => Math.sqrt(Math.max(value, 0)))
  const basis = a.mmul(gram.eigenvectorMatrix) // columns: left singular directions of A times singular values
  const core = Matrix.diag(roots).mmul(gram.eigenvectorMatrix.transpose()).mmul(b)
  const inner = new EigenvalueDecomposition(core.mmul(core.transpose()), { assumeSymmetric: true })
  const values = inner.realEigenvalues
  const top = values.indexOf(Math.max(...values))
  const direction = new Float64Array(a.rows)
  const negligible = 1e-7 * Math.max(...roots)
  for (let r = 0; r < roots.length; r++) {
    if (roots[r] <= negligible) continue
    const weight = inner.eigenvectorMatrix.get(r, top) / roots[r]
    for (let i = 0; i < direction.length; i++) direction[i] += weight * basis.get(i, r)
  }
  let norm = 0
  for (const value of direction) norm += value * value
  norm = Math.sqrt(norm) || 1
  return Float32Array.from(direction, (value) => value / norm)
}

const rows = ({ shape, data }: HostTensor): number[][] =>
  Array.from({ length: shape[0] }, (_, i) =>
    Array.from(data.subarray(i * shape[1], (i + 1) * shape[1]) as Float32Array),
  )

const stacked = (vectors: readonly Float32Array[]): HostTensor => {
  const data = new Float32Array(vectors.length * vectors[0].length)
  vectors.forEach((vector, i) => data.set(vector, i * vector.length))
  return { shape: [vectors.length, vectors[0].length], data }
}
