/**
 * Arrow: zero-shot routing by the modules' own weights (Ostapenko et al. 2024, arXiv 2405.11157).
 * Per token x and site: p_i is the top singular direction of module i's update in the site's input space,
 *   s_i = |x . p_i|,  w = softmax of the k largest s / tau,
 *   outer (as in HF peft):  y <- y + sum_i w_i (x A_i) B_i        factors (as in mttl):  y <- y + (x sum_i w_i A_i) (sum_i w_i B_i)
 * p_i is exact here; peft takes 15 power iterations from a random vector, which end elsewhere where the first singular values are close.
 * The published codes differ in `mix` and in k (peft 3, mttl all, the paper's evaluations 4); neither normalises x, though peft's text says
 * cosine. mttl can tie the prototypes of layers that read one state, which become those of the updates side by side.
 * General knowledge subtraction (arXiv 2505.10939, in peft as GenKnowSub): A_i <- A_i - mean_g A_g and B_i <- B_i - mean_g B_g, factor by
 * factor, before anything else; the modules g are not routed to.
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix"
import {
  abs,
  type Constants,
  defineRouter,
  div,
  type HostTensor,
  type ModuleAtSite,
  matmul,
  maximum,
  mul,
  optional,
  PositiveInt,
  PositiveNumber,
  Schema,
  type SiteFactors,
  scale,
  softmaxOfLargest,
  sqrt,
  standardised,
  sub,
  sum,
  type Tensor,
  transpose,
  words,
} from "../../src/plugin/index.ts"

export default defineRouter({
  name: "arrow",
  summary: "Zero-shot, per token and site, by the top singular direction of each LoRA (Ostapenko et al. 2024)",
  equation: "w = softmax(top_k |x . p_i| / tau), p_i = top singular direction of A_i B_i",
  reference: "arXiv 2405.11157",
  checked:
    "HF PEFT with the prototypes of a full SVD: gates and logits, with general knowledge subtracted too; PyTorch by the formula: tied prototypes, norms and mixed factors; planted libraries by layer and by token",
  taxonomy: { routing: ["similarity", "top_k"] },
  options: Schema.Struct({
    top_k: optional(PositiveInt, 4, "modules that stay in the softmax of a token"),
    temperature: optional(Schema.Union([Schema.Literal("sqrt_width"), PositiveNumber]), 1, "tau of the softmax"),
    mix: optional(words("outer", "factors"), "outer", "mix the modules' updates (HF peft), or A and B apart (mttl)"),
    input: optional(
      words("plain", "unit", "layer_norm"),
      "plain",
      "whether a token is normalised before it is compared (options of mttl)",
    ),
    tied: optional(
      Schema.Boolean,
      false,
      "one prototype for the layers that read one state, such as query, key and value (mttl)",
    ),
    general: optional(
      Schema.Union([words("none", "mean"), Schema.Array(Schema.String).check(Schema.isMinLength(1))]),
      "none",
      "tasks whose modules hold general knowledge, which is subtracted from the others and not routed to; or the mean of all modules",
    ),
  }),
  routing: ({ mix }) => ({ query: "site", level: "site", granularity: "token", aggregate: "parameters", mix }),
  needs: ["factors"],
  transform: ({ site, modules }, { general }) => {
    if (general === "none") return modules.map(({ parameters }) => parameters)
    const chosen = modules.filter(({ task }) => general === "mean" || general.includes(task))
    if (chosen.length === 0) return modules.map(({ parameters }) => parameters)
    const [first, ...others] = modules.map(({ parameters }) => shapesOf(parameters))
    if (others.some((shapes) => shapes !== first))
      return `general knowledge is subtracted factor by factor, and the modules' factors at ${site} have unlike shapes`
    const isGeneral = ({ task }: ModuleAtSite) => general !== "mean" && general.includes(task)
    return modules.map((module) =>
      isGeneral(module)
        ? module.parameters
        : without(
            module.parameters,
            chosen.map(({ parameters }) => parameters),
          ),
    )
  },
  prepare: ({ unit, factors, sharing, tasks }, { tied, general }) => {
    const missing = factors.findIndex((module) => module.length === 0)
    if (missing >= 0) return `Arrow needs low-rank modules; module ${missing + 1} has no factors at ${unit}`
    const directions = (tied ? sharing : factors).map((layers) => topDirection(...sideBySide(layers)))
    const P = stacked(directions)
    if (typeof general === "string") return { P } as Constants
    const left = tasks.map((task) => (general.includes(task) ? 1 : 0))
    if (left.every((one) => one === 1)) return "every module holds general knowledge, and none is left to route to"
    return { P, left: { shape: [left.length], data: Float32Array.from(left) } }
  },
  gates: (x, { P, left }, { top_k, temperature, input }) => {
    const token = input === "unit" ? unit(x) : input === "layer_norm" ? standardised(x) : x
    const s = abs(matmul(token, transpose(P)))
    const open = left ? sub(s, scale(left, 1e9)) : s
    return softmaxOfLargest(open, top_k, temperature === "sqrt_width" ? Math.sqrt(P.shape[1] as number) : temperature)
  },
})

const unit = (x: Tensor): Tensor => div(x, sqrt(maximum(sum(mul(x, x), -1, true), 1e-24)))

type Parameters = ModuleAtSite["parameters"]

const shapesOf = (parameters: Parameters): string =>
  Object.entries(parameters)
    .map(([name, { shape }]) => `${name} ${shape}`)
    .join(", ")

/** Each array less the mean of those of some modules. */
const without = (own: Parameters, general: readonly Parameters[]): Parameters =>
  Object.fromEntries(
    Object.entries(own).map(([name, { shape, data }]) => [
      name,
      {
        shape,
        data: Float32Array.from(data as Float32Array, (value, i) => {
          const total = general.reduce((sum, parameters) => sum + Number(parameters[name].data[i]), 0)
          return value - total / general.length
        }),
      },
    ]),
  )

/** The updates of several layers with one input as one update: [A_1 | A_2 | ..] and its B, block by block. */
const sideBySide = (layers: readonly SiteFactors[]): readonly [HostTensor, HostTensor] => {
  if (layers.length === 1) return [layers[0].A, layers[0].B]
  const inputs = layers[0].A.shape[0]
  const ranks = layers.map(({ A }) => A.shape[1])
  const outs = layers.map(({ B }) => B.shape[1])
  const total = (sizes: readonly number[]) => sizes.reduce((a, b) => a + b, 0)
  const A = { shape: [inputs, total(ranks)], data: new Float32Array(inputs * total(ranks)) }
  const B = { shape: [total(ranks), total(outs)], data: new Float32Array(total(ranks) * total(outs)) }
  let [row, column] = [0, 0]
  layers.forEach((layer, k) => {
    for (let i = 0; i < inputs; i++)
      for (let r = 0; r < ranks[k]; r++) A.data[i * A.shape[1] + row + r] = Number(layer.A.data[i * ranks[k] + r])
    for (let r = 0; r < ranks[k]; r++)
      for (let o = 0; o < outs[k]; o++)
        B.data[(row + r) * B.shape[1] + column + o] = Number(layer.B.data[r * outs[k] + o]) * layer.scale
    row += ranks[k]
    column += outs[k]
  })
  return [A, B]
}

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
