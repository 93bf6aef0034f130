/**
 * ModuleFormer's gate over trained modules (Shen, Zhang, Cao, Tan, Chen, Gan 2023, arXiv 2306.04640).
 * For each token x at each site:
 *   p = softmax(W2 GELU(W1 x + b1)),    gates: the k largest p as they are (not normalised again),    y <- y + sum_i gate_i A_i(x)
 * The authors' dropout of 0.1 in the gate is left out. Losses (`expertLosses`) are summed over sites; theirs may take the mean
 * of p over all layers first.
 * `insertion`: gates of earlier stages stay and those of a new module alone are learnt. `prune`: modules whose mean gate over the memory
 * is below the threshold at a site are left out there.
 */
import {
  add,
  cast,
  constant,
  defineRouter,
  expertGates,
  expertLosses,
  expertScores,
  Fraction,
  greater,
  kaiming,
  mean,
  mul,
  NonNegativeNumber,
  normal,
  optional,
  PositiveInt,
  Schema,
  type Tensor,
} from "../../src/plugin/index.ts"

type P = Readonly<Record<string, Tensor>>

export default defineRouter({
  name: "moduleformer",
  summary:
    "ModuleFormer's gate over trained modules: top-k of a small network for each token, with mutual information (Shen et al. 2023)",
  equation: "p = softmax(W2 GELU(W1 x + b1)); gates = the k largest p; loss - lambda I(module; token)",
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
    const gates = expertGates(scores(x, p), top_k)
    return p.recorded && prune > 0 && !training ? mul(gates, staying(p.recorded, prune)) : gates
  },
  loss: ({ units }, options) => {
    const own = units.flatMap(({ query, p }) => expertLosses(scores(query, p), options.top_k, options))
    return own.length === 0 ? constant(0) : own.reduce(add)
  },
})

const scores = (x: Tensor, { W1, b1, W2 }: P): Tensor => expertScores(x, W1, b1, W2)

/** 1 for modules whose mean gate over all tasks reaches the threshold: [modules, modules] -> [modules]. */
const staying = (recorded: Tensor, threshold: number): Tensor => cast(greater(mean(recorded, 0), threshold), "float")
