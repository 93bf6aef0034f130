/**
 * LoraHub: weights of the modules found by a search without gradients (Huang et al. 2023, arXiv 2307.13269).
 *   w = argmin over |w_i| <= 1.5 of  loss(memory; A = sum_i w_i A_i, B = sum_i w_i B_i) + 0.05 mean_i |w_i|
 * from w = 0, in 40 evaluations. The search is a (1+1) evolution strategy; the authors' is Nevergrad's NGOpt.
 * The authors' loss is a sum of batch means divided by the number of examples, so their L1 term weighs more than it looks;
 * here the loss is the mean over the examples.
 */
import {
  abs,
  defineRouter,
  mean,
  NonNegativeNumber,
  optional,
  PositiveInt,
  PositiveNumber,
  Schema,
  scale,
  words,
  zeros,
} from "../../src/plugin/index.ts"

export default defineRouter({
  name: "lorahub",
  summary: "One weight a module for the whole network, searched without gradients on the memory (Huang et al. 2023)",
  equation: "w = argmin loss(sum_i w_i theta_i) + lambda mean |w_i|",
  reference: "arXiv 2307.13269",
  checked:
    "PyTorch by the formula: logits and loss; its search within the bound, and a planted weight found (the authors' optimiser is another)",
  taxonomy: { routing: "soft" },
  options: Schema.Struct({
    evaluations: optional(PositiveInt, 40, "how often the loss is computed"),
    bound: optional(PositiveNumber, 1.5, "largest magnitude of a weight"),
    regularisation: optional(NonNegativeNumber, 0.05, "lambda of the mean magnitude"),
    mix: optional(words("factors", "outer"), "factors", "what weighing parameters means on low-rank modules"),
  }),
  routing: ({ mix }) => ({ query: "nothing", level: "model", granularity: "example", aggregate: "parameters", mix }),
  parameters: ({ modules }) => ({ w: zeros([modules]) }),
  fit: ({ evaluations, bound }) => ({ by: { evaluations, bound } }),
  gates: (_query, { w }) => w,
  loss: ({ units: [{ p }] }, { regularisation }) => scale(mean(abs(p.w)), regularisation),
})
