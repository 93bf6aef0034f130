/**
 * ModuleFormer's gate over trained modules (Shen, Zhang, Cao, Tan, Chen, Gan 2023, arXiv 2306.04640).
 * For each token x at each site:
 *   p = softmax(W2 GELU(W1 x)),    gates: the k largest p as they are (not normalised again),    y <- y + sum_i gate_i A_i(x)
 * The authors' dropout of 0.1 in the gate is left out. Losses, summed over sites (theirs may take the mean of p over all layers first):
 *   mutual_information  lambda -(H(mean p) - mean H(p))      the load is even over tokens, each token is sure
 *   concentration       lambda H(mean p)                     few modules carry the memory (the paper's; not in the public code)
 *   switch              lambda N sum_i P_i F_i               Fedus et al. 2021, with F_i the share of i among the k chosen, and 0.1 mean (log sum exp)^2
 * `insertion`: gates of earlier stages stay and those of a new module alone are learnt. `prune`: modules whose mean gate over the memory
 * is below the threshold at a site are left out there.
 */
import {
  add,
  cast,
  constant,
  defineRouter,
  exp,
  Fraction,
  gelu,
  greater,
  kaiming,
  largestMask,
  log,
  matmul,
  max,
  mean,
  mul,
  NonNegativeNumber,
  neg,
  normal,
  optional,
  overBatch,
  PositiveInt,
  Schema,
  scale,
  softmax,
  sub,
  sum,
  type Tensor,
} from "../../src/plugin/index.ts"

type P = Readonly<Record<string, Tensor>>

export default defineRouter({
  name: "moduleformer",
  summary:
    "ModuleFormer's gate over trained modules: top-k of a small network for each token, with mutual information (Shen et al. 2023)",
  equation: "p = softmax(W2 GELU(W1 x)); gates = the k largest p; loss - lambda I(module; token)",
  reference: "arXiv 2306.04640",
  checked:
    "PyTorch by the formula: gates, logits, losses, gradients and AdamW's steps; I14, pruning and insertion by invariants (no public code has them); planted libraries by layer and by token",
  taxonomy: { routing: "top_k" },
  options: Schema.Struct({
    top_k: optional(PositiveInt, 2, "modules of a token"),
    hidden: optional(PositiveInt, 256, "width of the gate's hidden layer"),
    mutual_information: optional(NonNegativeNumber, 0, "lambda of the negative mutual information of module and token"),
    concentration: optional(NonNegativeNumber, 0, "lambda of the entropy of the mean gate"),
    switch: optional(NonNegativeNumber, 0, "lambda of the Switch Transformer's load balancing"),
    insertion: optional(
      Schema.Boolean,
      false,
      "keep the gates of earlier modules and learn those of the new one alone",
    ),
    prune: optional(Fraction, 0, "modules with a smaller mean gate over the memory are left out of a site"),
  }),
  routing: () => ({ query: "site", level: "site", granularity: "token", aggregate: "outputs" }),
  parameters: ({ width, modules }, { hidden }) => ({
    W1: kaiming([width, hidden]),
    b1: kaiming([hidden]),
    W2: normal([hidden, modules], 0.02),
  }),
  fit: ({ insertion, prune }) => ({
    ...(insertion ? { continues: true, keeps: ["W1", "b1", "W2"] } : {}),
    ...(prune > 0 ? { records: "all" as const } : {}),
  }),
  gates: (x, p, { top_k, prune }, { training }) => {
    const all = softmax(logits(x, p))
    const gates = mul(all, largestMask(all, top_k))
    return p.recorded && prune > 0 && !training ? mul(gates, staying(p.recorded, prune)) : gates
  },
  loss: ({ units }, options) => {
    const own = units.map(({ query, p }) => balance(logits(query, p), options))
    return own.flat().length === 0 ? constant(0) : own.flat().reduce(add)
  },
})

const logits = (x: Tensor, { W1, b1, W2 }: P): Tensor => matmul(gelu(add(matmul(x, W1), b1)), W2)

const entropy = (p: Tensor): Tensor => neg(sum(mul(p, log(add(p, 1e-12))), -1))

interface Losses {
  readonly top_k: number
  readonly mutual_information: number
  readonly concentration: number
  readonly switch: number
}

const balance = (
  z: Tensor,
  { top_k, mutual_information, concentration, switch: switching }: Losses,
): readonly Tensor[] => {
  const p = softmax(z)
  const marginal = overBatch(p)
  const terms: Tensor[] = []
  if (mutual_information > 0) terms.push(scale(sub(overBatch(entropy(p)), entropy(marginal)), mutual_information))
  if (concentration > 0) terms.push(scale(entropy(marginal), concentration))
  if (switching > 0) {
    const modules = z.shape.at(-1) as number
    const share = scale(overBatch(largestMask(p, top_k)), 1 / Math.min(top_k, modules))
    const load = scale(sum(mul(marginal, share)), modules)
    const top = max(z, -1, true)
    const total = add(top, log(sum(exp(sub(z, top)), -1, true)))
    terms.push(scale(add(load, scale(mean(overBatch(mul(total, total))), 0.1)), switching))
  }
  return terms
}

/** 1 for modules whose mean gate over all tasks reaches the threshold: [modules, modules] -> [modules]. */
const staying = (recorded: Tensor, threshold: number): Tensor => cast(greater(mean(recorded, 0), threshold), "float")
