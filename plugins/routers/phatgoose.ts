/**
 * PHATGOOSE: a gate that each module learns after its training, alone (Muqeeth, Liu, Liu, Raffel 2024, arXiv 2402.05859).
 * With module i frozen, on the training examples of its task, at each site:
 *   y <- y + sigma(v_i . x) A_i(x),   v_i begins at zero
 * A gate has seen its own task alone: it opens to whatever its module helps, what tasks share included.
 * Afterwards, for each token:   w = softmax(top_k (LN(v_i) . LN(x) / sqrt(d))),   y <- y + sum_i w_i A_i(x),   LN without gain and bias.
 */
import {
  defineRouter,
  matmul,
  mul,
  optional,
  PositiveInt,
  Schema,
  sigmoid,
  softmaxOfLargest,
  standardised,
  sum,
  zeros,
} from "../../src/plugin/index.ts"

export default defineRouter({
  name: "phatgoose",
  summary:
    "Each module's own gate, learnt after its training on its task alone, compared for each token (Muqeeth et al. 2024)",
  equation: "w = softmax(top_k(LN(v_i) . LN(x) / sqrt(d))), v_i learnt through sigma(v_i . x)",
  reference: "arXiv 2402.05859",
  checked:
    "PyTorch by the formula: the training of a gate, gates and logits; a planted library by token (by layer it cannot: a gate sees its own task alone)",
  taxonomy: { routing: "top_k" },
  options: Schema.Struct({
    top_k: optional(PositiveInt, 2, "modules that stay in the softmax of a token"),
  }),
  routing: () => ({ query: "site", level: "site", granularity: "token", aggregate: "outputs" }),
  alone: {
    parameters: ({ width }) => ({ v: zeros([width]) }),
    gates: (x, { v }) => sigmoid(sum(mul(x, v), -1, true)),
  },
  gates: (x, { v }, { top_k }) =>
    softmaxOfLargest(
      matmul(standardised(x), standardised(v), { transposeB: true }),
      top_k,
      Math.sqrt(x.shape.at(-1) as number),
    ),
})
