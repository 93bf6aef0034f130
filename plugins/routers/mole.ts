/**
 * A mixture of LoRA experts: for each token at each site, a learnt softmax over the k largest logits
 * (the top-k gate of Shazeer et al. 2017, arXiv 1701.06538, over trained modules, as mttl's mixture-of-experts selector does).
 *   w = softmax(top_k (W x)),    y <- y + sum_i w_i A_i(x)
 * A module that is among the k of no token gets no gradient: with few texts let k be all modules, or expect that some are never found.
 *   balance (Fedus et al. 2021, arXiv 2101.03961):  lambda N sum_i f_i P_i,  f_i the share of tokens whose largest gate is i's, P_i its mean probability
 */
import {
  add,
  constant,
  defineRouter,
  largestMask,
  matmul,
  mul,
  NonNegativeNumber,
  normal,
  optional,
  overBatch,
  PositiveInt,
  PositiveNumber,
  Schema,
  scale,
  softmax,
  softmaxOfLargest,
  sum,
} from "../../src/plugin/index.ts"

export default defineRouter({
  name: "mole",
  summary:
    "Mixture of LoRA experts: a learnt softmax over the k best modules of each token, at each site (Shazeer et al. 2017)",
  equation: "w = softmax(top_k(W x)); y <- y + sum_i w_i A_i(x)",
  reference: "arXiv 1701.06538, arXiv 2101.03961",
  checked:
    "PyTorch by the formula: gates, logits, loss, gradients and AdamW's steps; planted libraries by layer and by token",
  taxonomy: { routing: "top_k" },
  options: Schema.Struct({
    top_k: optional(PositiveInt, 2, "modules that stay in the softmax of a token"),
    temperature: optional(PositiveNumber, 1, "of the softmax"),
    balance: optional(NonNegativeNumber, 0, "lambda of the load-balancing loss"),
  }),
  routing: () => ({ query: "site", level: "site", granularity: "token", aggregate: "outputs" }),
  parameters: ({ width, modules }) => ({ W: normal([width, modules], 0.02) }),
  gates: (x, { W }, { top_k, temperature }) => softmaxOfLargest(matmul(x, W), top_k, temperature),
  loss: ({ units }, { balance, temperature }) => {
    if (balance === 0) return constant(0)
    const each = units.map(({ query, p, gates }) => {
      const modules = gates.shape.at(-1) as number
      const P = overBatch(softmax(scale(matmul(query, p.W), 1 / temperature)))
      const f = overBatch(largestMask(gates, 1))
      return scale(sum(mul(f, P)), modules)
    })
    return scale(each.reduce(add), balance / units.length)
  },
})
