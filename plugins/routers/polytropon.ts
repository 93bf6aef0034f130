/**
 * Polytropon: a task-skill allocation, learnt as relaxed Bernoullis (Ponti, Sordoni, Bengio, Reddy 2022, arXiv 2202.13914).
 *   a = sigma((Z[task] + log u - log(1 - u)) / tau) while training, sigma(Z[task]) after;   alpha = a / (sum_i a_i + 1e-12)
 *   A = sum_i alpha_i A_i,  B = sum_i alpha_i B_i
 * Z [tasks, modules] begins at U(±1e-3). It reads the true task, and the table says so. The skills are the trained modules, with their own scale (the authors': 1/r).
 * The authors' code and peft's sample; mttl's PolySelector takes sigma(Z) while training too (`relaxation: sigmoid`). peft's Z is of each
 * site (`scope: per_module`).
 */
import {
  add,
  defineRouter,
  div,
  log,
  matmul,
  optional,
  PositiveNumber,
  Schema,
  scale,
  sigmoid,
  sub,
  sum,
  uniform,
  words,
} from "../../src/plugin/index.ts"

export default defineRouter({
  name: "polytropon",
  summary: "A learnt allocation of modules to the given task, as relaxed Bernoullis (Ponti et al. 2022)",
  equation: "alpha = normalise(sigma(Z[task])); theta = sum_i alpha_i theta_i",
  reference: "arXiv 2202.13914",
  checked:
    "HF PEFT's Poly: logits, and its draws in distribution; PyTorch by the formula: gates, loss, gradients and AdamW's steps; the planted libraries by text and by layer",
  taxonomy: { routing: ["hard", "soft"] },
  options: Schema.Struct({
    relaxation: optional(
      words("gumbel_sigmoid", "sigmoid"),
      "gumbel_sigmoid",
      "sampled while training (the authors), or not (mttl)",
    ),
    temperature: optional(PositiveNumber, 1, "tau of the relaxation"),
    scope: optional(
      words("global", "per_module"),
      "global",
      "one allocation for the network, or one for each attachment site",
    ),
    mix: optional(words("factors", "outer"), "factors", "what averaging parameters means on low-rank modules"),
  }),
  routing: ({ scope, mix }) => ({
    query: "task",
    level: scope === "global" ? "model" : "site",
    granularity: "example",
    aggregate: "parameters",
    mix,
  }),
  parameters: ({ modules }) => ({ Z: { shape: [modules, modules], draw: "uniform", bound: 1e-3 } as const }),
  gates: (task, { Z }, { relaxation, temperature }, { training }) => {
    const z = matmul(task, Z)
    const u = training && relaxation === "gumbel_sigmoid" ? uniform("bernoulli", z.shape, z.rows) : undefined
    const a = u ? sigmoid(scale(add(z, sub(log(u), log(sub(1, u)))), 1 / temperature)) : sigmoid(z)
    return div(a, add(sum(a, -1, true), 1e-12))
  },
})
