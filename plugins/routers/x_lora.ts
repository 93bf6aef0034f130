/**
 * X-LoRA: scalings of modules from a first pass (Buehler & Buehler 2024, arXiv 2402.07148).
 * A pass of the frozen backbone gives its last hidden state H; then, for each token of a second pass,
 *   s = softmax(W H + b)  (a hidden layer with ReLU where depth is 2),    y <- y + sum_i s_i A_i(x)
 * with the same scalings at all sites, or with scalings of its own for each (`layerwise`; where there is a hidden layer it is
 * of each site too, the authors' is one for all). Of the k largest scalings the authors take s as it is; `renormalise` divides by their sum.
 */
import {
  add,
  defineRouter,
  type Initials,
  kaiming,
  largestMask,
  matmul,
  mul,
  optional,
  PositiveInt,
  PositiveNumber,
  relu,
  Schema,
  scale,
  softmax,
  softmaxOfLargest,
  zeros,
} from "../../src/plugin/index.ts"

export default defineRouter({
  name: "x_lora",
  summary: "Scalings of each token's modules from the last hidden state of a first pass (Buehler & Buehler 2024)",
  equation: "s = softmax(W H_frozen(x) + b); y <- y + sum_i s_i A_i(x)",
  reference: "arXiv 2402.07148",
  checked:
    "HF PEFT: logits, with top-k and by layer; PyTorch by the formula: gates, loss, gradients and AdamW's steps; planted libraries by text, layer and token",
  taxonomy: { routing: ["soft", "top_k"] },
  options: Schema.Struct({
    layerwise: optional(Schema.Boolean, false, "scalings of its own for each attachment site"),
    hidden: optional(Schema.Union([Schema.Literal("none"), PositiveInt]), "none", "width of a hidden layer (depth 2)"),
    temperature: optional(PositiveNumber, 1, "of the softmax"),
    top_k: optional(
      Schema.Union([Schema.Literal("all"), PositiveInt]),
      "all",
      "modules of a token, those with the largest scalings",
    ),
    renormalise: optional(Schema.Boolean, false, "divide the k largest scalings by their sum"),
  }),
  routing: ({ layerwise }) => ({
    query: "first_pass",
    level: layerwise ? "site" : "model",
    granularity: "token",
    aggregate: "outputs",
  }),
  parameters: ({ width, modules }, { hidden }): Initials =>
    hidden === "none"
      ? { W: kaiming([width, modules]), b: zeros([modules]) }
      : { V: kaiming([width, hidden]), v: zeros([hidden]), W: kaiming([hidden, modules]), b: zeros([modules]) },
  gates: (H, p, { temperature, top_k, renormalise }) => {
    const input = p.V ? relu(add(matmul(H, p.V), p.v)) : H
    const logits = add(matmul(input, p.W), p.b)
    const k = top_k === "all" ? (logits.shape.at(-1) as number) : top_k
    if (renormalise) return softmaxOfLargest(logits, k, temperature)
    const s = softmax(scale(logits, 1 / temperature))
    return top_k === "all" ? s : mul(s, largestMask(logits, k))
  },
})
