/**
 * AdapterFusion: attention over what the modules give (Pfeiffer, Kamath, Rücklé, Cho, Gurevych 2021, arXiv 2005.00247).
 * For each token at each site, with y what leaves the site and c_i what module i adds to it:
 *   alpha = softmax_i((Q y + q) . (K c_i)),    y <- y + sum_i alpha_i V c_i,    loss + lambda |I - V|^2
 * Q, K and V are of the site; V begins at the identity (`adapters`: with 1e-6 beside the diagonal). Modules and backbone are frozen.
 * K has no bias: it would add the same to all scores.
 */
import {
  add,
  concat,
  constant,
  defineRouter,
  matmul,
  mul,
  NonNegativeNumber,
  normal,
  optional,
  PositiveNumber,
  Schema,
  scale,
  softmax,
  sum,
  zeros,
} from "../../src/plugin/index.ts"

export default defineRouter({
  name: "adapter_fusion",
  summary: "Attention over the outputs of the modules, for each token at each site (Pfeiffer et al. 2021)",
  equation: "alpha = softmax_i((Q y) . (K c_i)); y <- y + sum_i alpha_i V c_i",
  reference: "arXiv 2005.00247",
  checked:
    "the package adapters 1.3: gates, logits, loss, gradients and AdamW's steps of its fusion at each site; planted libraries by layer and by token",
  taxonomy: { routing: "soft" },
  options: Schema.Struct({
    temperature: optional(PositiveNumber, 1, "of the softmax"),
    regularisation: optional(NonNegativeNumber, 0.01, "lambda of |I - V|^2"),
  }),
  routing: () => ({ query: "outputs", level: "site", granularity: "token", aggregate: "outputs" }),
  /** D = V - I, so that it begins at zero. */
  parameters: ({ width }) => ({
    Q: normal([width, width], 0.02),
    q: zeros([width]),
    K: normal([width, width], 0.02),
    D: zeros([width, width]),
  }),
  gates: (y, { Q, q, K }, { temperature }, { changes = [] }) => {
    // (Q y + q) . (K c_i) as (K^T (Q y + q)) . c_i: one product for all modules
    const key = matmul(add(matmul(y, Q), q), K, { transposeB: true })
    const scores = changes.map((change) => sum(mul(key, change), -1, true))
    return softmax(scale(scores.length === 1 ? scores[0] : concat(scores, -1), 1 / temperature))
  },
  value: (change, { D }) => add(change, matmul(change, D)),
  loss: ({ units }, { regularisation }) =>
    regularisation === 0 ? constant(0) : scale(units.map(({ p: { D } }) => sum(mul(D, D))).reduce(add), regularisation),
})
