/**
 * LoRA (Hu et al. 2021, arXiv 2106.09685): a linear layer W is joined by a low-rank update,
 *   y = x W + s (x A) B + b,   A [in, rank] drawn as Kaiming-uniform, B [rank, out] zero,
 * with s = alpha / rank, or alpha / sqrt(rank) (rsLoRA: Kalajdzievski 2023, arXiv 2312.03732).
 *
 * `decomposed` (DoRA: Liu et al. 2024, arXiv 2402.09353) trains the lengths m of the columns apart from their directions,
 *   V = W + s A B,   y = (m / ||V||) (x W + s (x A) B) + b,   m drawn as the lengths of W's columns;
 * as its authors propose, ||V|| is a constant for the gradient. Such a module is no low-rank update.
 */
import {
  add,
  columnNorm,
  defineAdapter,
  div,
  dropout,
  kaiming,
  matmul,
  mul,
  optional,
  PositiveInt,
  PositiveNumber,
  Rate,
  Schema,
  scale,
  sqrt,
  stopGradient,
  sub,
  sum,
  Targets,
  type Tensor,
  words,
  zeros,
} from "../../src/plugin/index.ts"

const scaleOf = ({ rank, alpha, scaling }: { rank: number; alpha: number; scaling: string }): number =>
  alpha / (scaling === "rank_stabilised" ? Math.sqrt(rank) : rank)

/** The length of each column of a matrix [in, out]: [out]. */
const columnNorms = (V: Tensor): Tensor => sqrt(sum(mul(V, V), -2))

export default defineAdapter({
  name: "lora",
  summary:
    "Low-rank update of a linear layer (Hu et al. 2021), rank-stabilised (rsLoRA) or decomposed (DoRA) by option",
  equation: "y = xW + s (xA)B, s = alpha/rank; decomposed: y = m/||W + s AB|| (xW + s (xA)B)",
  reference: "arXiv 2106.09685, 2312.03732, 2402.09353",
  checked: "HF PEFT: training, folders and states in both directions, DoRA and rsLoRA too; PyTorch: gradients",
  options: Schema.Struct({
    rank: optional(PositiveInt, 8, "rank of the update"),
    alpha: optional(PositiveNumber, 16, "the update is scaled by alpha / rank, or alpha / sqrt(rank)"),
    scaling: optional(words("standard", "rank_stabilised"), "standard", "alpha / rank, or alpha / sqrt(rank)"),
    decomposed: optional(
      Schema.Boolean,
      false,
      "DoRA: the lengths of the columns are trained apart from their directions",
    ),
    dropout: optional(Rate, 0, "dropout on the input of A while training"),
    targets: optional(Targets, ["query", "value"], "linear layers that get an update"),
  }),
  sites: ({ targets }) => targets,
  parameters: (site, { rank, decomposed }) => ({
    A: kaiming([site.in, rank]),
    B: zeros([rank, site.out]),
    ...(decomposed && { m: columnNorm(site.out) }),
  }),
  forward: (x, y, { A, B, m }, options, mode, { weight, bias }) => {
    const s = scaleOf(options)
    const update = scale(matmul(matmul(dropout(x, options.dropout, mode, "lora"), A), B), s)
    if (!options.decomposed) return add(y, update)
    const ratio = div(m as Tensor, stopGradient(columnNorms(add(weight as Tensor, scale(matmul(A, B), s)))))
    const rotated = mul(ratio, add(bias ? sub(y, bias) : y, update))
    return bias ? add(rotated, bias) : rotated
  },
  peft: {
    type: "LORA",
    options: ({ number, flag }, targets) => ({
      rank: number("r", 8),
      alpha: number("lora_alpha", 8),
      dropout: number("lora_dropout", 0),
      scaling: flag("use_rslora", false) ? "rank_stabilised" : "standard",
      decomposed: flag("use_dora", false),
      targets,
    }),
    config: ({ rank, alpha, dropout: rate, scaling, decomposed }) => ({
      r: rank,
      lora_alpha: alpha,
      lora_dropout: rate,
      use_rslora: scaling === "rank_stabilised",
      use_dora: decomposed,
      bias: "none",
      fan_in_fan_out: false,
    }),
    only: {
      bias: ["none"],
      lora_bias: [false],
      fan_in_fan_out: [false],
      rank_pattern: [{}],
      alpha_pattern: [{}],
      use_qalora: [false],
      ensure_weight_tying: [false],
      // Others change the weights of the base model too.
      init_lora_weights: [true, false, "gaussian", "eva", "orthogonal"],
      loftq_config: [{}],
    },
    silent: ["megatron_core", "qalora_group_size", "layers_to_transform", "layers_pattern"],
    tensors: () => ({
      A: { name: "lora_A.weight", transposed: true },
      B: { name: "lora_B.weight", transposed: true },
      m: { name: "lora_magnitude_vector" },
    }),
  },
  axes: () => ({ A: ["x", "own"], B: ["own", "y"], m: ["y"] }),
  factors: ({ A, B }, options) => (options.decomposed ? undefined : { A, B, scale: scaleOf(options) }),
})
