/**
 * LoRA (Hu et al. 2021, arXiv 2106.09685): a linear layer W is joined by a low-rank update,
 *   y = x W + (alpha / rank) · (x A) B,   A [in, rank] drawn as Kaiming-uniform, B [rank, out] zero.
 */
import {
  add,
  defineAdapter,
  dropout,
  kaiming,
  matmul,
  optional,
  PositiveInt,
  PositiveNumber,
  Rate,
  Schema,
  scale,
  Targets,
  zeros,
} from "../../src/plugin/index.ts"

export default defineAdapter({
  name: "lora",
  summary: "Low-rank update of a linear layer (Hu et al. 2021)",
  equation: "y = xW + (alpha/rank) (xA)B",
  reference: "arXiv 2106.09685",
  options: Schema.Struct({
    rank: optional(PositiveInt, 8, "rank of the update"),
    alpha: optional(PositiveNumber, 16, "the update is scaled by alpha / rank"),
    dropout: optional(Rate, 0, "dropout on the input of A while training"),
    targets: optional(Targets, ["query", "value"], "linear layers that get an update"),
  }),
  sites: ({ targets }) => targets,
  parameters: (site, { rank }) => ({ A: kaiming([site.in, rank]), B: zeros([rank, site.out]) }),
  forward: (x, y, { A, B }, { rank, alpha, dropout: rate }, mode) =>
    add(y, scale(matmul(matmul(dropout(x, rate, mode, "lora"), A), B), alpha / rank)),
  factors: ({ A, B }, { rank, alpha }) => ({ A, B, scale: alpha / rank }),
})
