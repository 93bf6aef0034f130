/**
 * L2R: a network of routers that composes isolated modules (Araujo, Moens, Tuytelaars 2024, arXiv 2408.09053).
 * At each block, from a pooled state q of that block's input:
 *   z = W q + b,    a_i = sigma((z_i + log u_i - log(1 - u_i)) / tau) while training, sigma(z_i) after,    alpha_i = a_i / sum_j a_j
 *   outputs:    h <- h + sum_i alpha_i A_i(h)          parameters:  h <- h + A_(sum_i alpha_i theta_i)(h)
 * W and b are trained on the memory, the modules and the backbone are frozen. What the paper leaves open is an option.
 */
import {
  add,
  cast,
  defineRouter,
  div,
  greater,
  type Initials,
  kaiming,
  log,
  type Mode,
  matmul,
  maximum,
  neg,
  optional,
  PositiveInt,
  PositiveNumber,
  pool,
  relu,
  Schema,
  scale,
  sigmoid,
  softmax,
  stopGradient,
  sub,
  sum,
  type Tensor,
  topKMask,
  uniform,
  words,
  zeros,
} from "../../src/plugin/index.ts"

const RELAXATIONS = ["gumbel_sigmoid", "gumbel_softmax", "sigmoid", "softmax", "gumbel_sigmoid_st"] as const
type Relaxation = (typeof RELAXATIONS)[number]

export default defineRouter({
  name: "l2r",
  summary: "Learning to route: a router per block, trained on a memory, composes isolated modules (Araujo et al. 2024)",
  equation: "alpha = normalise(sigma(Wq + b)); h <- h + sum_i alpha_i A_i(h)",
  reference: "arXiv 2408.09053",
  checked: "PyTorch by the formula: gates, logits and gradients in every relaxation; the planted library",
  taxonomy: { routing: ["soft", "hard"] },
  options: Schema.Struct({
    relaxation: optional(
      words(...RELAXATIONS),
      "gumbel_sigmoid",
      "how logits become gates: with or without noise, independent or competing, `_st` straight-through",
    ),
    temperature: optional(PositiveNumber, 1, "tau of the relaxation"),
    normalise: optional(words("sum", "none"), "sum", "whether the gates of an example are divided by their sum"),
    aggregate: optional(
      words("outputs", "parameters"),
      "outputs",
      "average what the modules give, or average their parameters",
    ),
    mix: optional(
      words("factors", "outer"),
      "factors",
      "what averaging parameters means on low-rank modules: A and B apart, or their product (the same as outputs)",
    ),
    scope: optional(
      words("per_layer", "per_module", "global"),
      "per_layer",
      "one router a block, one an attachment site, or one for the network (which reads the frozen backbone)",
    ),
    query: optional(
      words("cls", "mean_masked", "frozen_cls", "frozen_mean"),
      "mean_masked",
      "what the router reads: this block's input, or the features of the frozen backbone, pooled",
    ),
    hidden: optional(
      Schema.Union([Schema.Literal("none"), PositiveInt]),
      "none",
      "width of a hidden layer in the router",
    ),
  }),
  routing: ({ scope, query, aggregate, mix }) => ({
    query:
      query === "frozen_cls" || (scope === "global" && query === "cls")
        ? "frozen_cls"
        : query === "frozen_mean" || scope === "global"
          ? "frozen_mean"
          : "block",
    level: scope === "global" ? "model" : scope === "per_layer" ? "layer" : "site",
    granularity: "example",
    aggregate,
    mix,
  }),
  parameters: ({ width, modules }, { hidden }): Initials =>
    hidden === "none"
      ? { W: zeros([width, modules]), b: zeros([modules]) }
      : { V: kaiming([width, hidden]), v: zeros([hidden]), W: zeros([hidden, modules]), b: zeros([modules]) },
  gates: (query, p, { relaxation, temperature, normalise, query: pooling }, mode) => {
    const q = query.rows?.of === "tokens" ? pool(pooling === "cls" ? "cls" : "mean", query) : query
    const input = p.V ? relu(add(matmul(q, p.V), p.v)) : q
    const gates = relax(relaxation, add(matmul(input, p.W), p.b), temperature, mode)
    return normalise === "sum" ? div(gates, add(sum(gates, -1, true), 1e-12)) : gates
  },
})

/** Gates in [0, 1] from logits. Noise enters while training only; evaluation takes the noiseless value. */
const relax = (relaxation: Relaxation, z: Tensor, temperature: number, { training }: Mode): Tensor => {
  const noisy = training && relaxation.startsWith("gumbel")
  const u = noisy ? uniform("gumbel", z.shape, z.rows) : undefined
  switch (relaxation) {
    case "softmax":
      return softmax(scale(z, 1 / temperature))
    case "sigmoid":
      return sigmoid(scale(z, 1 / temperature))
    case "gumbel_softmax":
      return u ? softmax(scale(sub(z, log(neg(log(u)))), 1 / temperature)) : softmax(z)
    case "gumbel_sigmoid":
      return u ? sigmoid(scale(add(z, logit(u)), 1 / temperature)) : sigmoid(z)
    case "gumbel_sigmoid_st": {
      const soft = u ? sigmoid(scale(add(z, logit(u)), 1 / temperature)) : sigmoid(z)
      // where no gate is above one half the largest opens, so that there is a sum to divide by
      const hard = maximum(cast(greater(soft, 0.5), "float"), topKMask(soft, 1))
      return training ? add(stopGradient(sub(hard, soft)), soft) : soft
    }
  }
}

const logit = (u: Tensor): Tensor => sub(log(u), log(sub(1, u)))
