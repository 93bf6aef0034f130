/**
 * Average activation: a module's prototype at a site is the mean of what entered it (mttl's average-activation transform,
 * a rival of Arrow in Ostapenko et al. 2024, arXiv 2405.11157).
 *   p_i = mean over texts of task i of the pooled input of the site,    w = softmax(top_k (x . p_i) / tau),    tau = sqrt(d) by default
 * The inputs are those of the frozen backbone; mttl pools the last token of 10 texts a task.
 */
import {
  defineRouter,
  matmul,
  optional,
  PositiveInt,
  PositiveNumber,
  Schema,
  softmaxOfLargest,
  taskMeans,
  words,
} from "../../src/plugin/index.ts"

export default defineRouter({
  name: "average_activation",
  summary: "For each token at each site, the modules whose tasks' mean input is nearest (a rival of Arrow in mttl)",
  equation: "w = softmax(top_k(x . p_i) / tau), p_i = mean input of the site on task i",
  reference: "arXiv 2405.11157",
  checked:
    "PyTorch by the formula: prototypes, gates and logits; a planted library by token (by layer it cannot: a prototype is of its module's own task)",
  taxonomy: { routing: ["similarity", "top_k"] },
  options: Schema.Struct({
    top_k: optional(PositiveInt, 4, "modules that stay in the softmax of a token"),
    temperature: optional(
      Schema.Union([Schema.Literal("sqrt_width"), PositiveNumber]),
      "sqrt_width",
      "tau of the softmax",
    ),
    pooling: optional(words("last", "mean", "cls"), "last", "how the tokens of a text become one vector"),
    statistics: optional(
      words("memory", "train"),
      "memory",
      "where the means come from: the memory, or all training data",
    ),
    mix: optional(words("outer", "factors"), "outer", "mix the modules' updates, or A and B apart"),
  }),
  routing: ({ mix }) => ({ query: "site", level: "site", granularity: "token", aggregate: "parameters", mix }),
  needs: ["factors"],
  statisticsFrom: ({ statistics }) => statistics,
  pooled: ({ pooling }) => pooling,
  statistics: (given) => ({
    P: { shape: [given.tasks, given.width], data: Float32Array.from(taskMeans(given).means) },
  }),
  gates: (x, { P }, { top_k, temperature }) =>
    softmaxOfLargest(
      matmul(x, P, { transposeB: true }),
      top_k,
      temperature === "sqrt_width" ? Math.sqrt(x.shape.at(-1) as number) : temperature,
    ),
})
