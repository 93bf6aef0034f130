/**
 * SMEAR: soft merging of experts (Muqeeth, Liu, Raffel 2023, arXiv 2306.03745).
 * One merged module for each example, at each block:
 *   alpha = softmax(W LN(mean_tokens h) + b),    h <- h + A_(sum_i alpha_i theta_i)(h)
 * Here W and b are trained on the memory, over modules that are frozen.
 */
import {
  add,
  defineRouter,
  matmul,
  optional,
  PositiveNumber,
  pool,
  Schema,
  scale,
  softmax,
  standardised,
  words,
  zeros,
} from "../../src/plugin/index.ts"

export default defineRouter({
  name: "smear",
  summary:
    "Soft merging: an example's modules become one, their parameters averaged by a learnt softmax (Muqeeth et al. 2023)",
  equation: "alpha = softmax(W LN(mean h) + b); theta = sum_i alpha_i theta_i",
  reference: "arXiv 2306.03745",
  checked:
    "PyTorch by the formula: gates, logits, loss, gradients and AdamW's steps; the planted libraries by text and by layer",
  taxonomy: { routing: "soft" },
  options: Schema.Struct({
    scope: optional(words("per_layer", "per_module"), "per_layer", "one router a block, or one an attachment site"),
    temperature: optional(PositiveNumber, 1, "of the softmax"),
    mix: optional(words("factors", "outer"), "factors", "what averaging parameters means on low-rank modules"),
  }),
  routing: ({ scope, mix }) => ({
    query: "block",
    level: scope === "per_layer" ? "layer" : "site",
    granularity: "example",
    aggregate: "parameters",
    mix,
  }),
  parameters: ({ width, modules }) => ({ W: zeros([width, modules]), b: zeros([modules]) }),
  gates: (h, { W, b }, { temperature }) =>
    softmax(scale(add(matmul(standardised(pool("mean", h)), W), b), 1 / temperature)),
})
