/**
 * DAM: dynamic adapter merging (Cheng et al. 2024, arXiv 2403.08755).
 *   c_i = normalised mean of the frozen features of task i,    s_i = cos(phi(x), c_i)
 *   p = softmax(top_k(s) / tau),    h <- h + A_(sum_i p_i theta_i)(h)     with k = 2, tau = 0.01
 * The authors begin adapter t at adapter t - 1; here the modules are those of the experiment, the same for every router.
 */
import {
  cosineSimilarity,
  defineRouter,
  optional,
  PositiveInt,
  PositiveNumber,
  Schema,
  softmaxOfLargest,
  taskMeans,
  words,
} from "../../src/plugin/index.ts"

export default defineRouter({
  name: "dam",
  summary: "Dynamic adapter merging: parameters averaged by the similarity to the tasks' centroids (Cheng et al. 2024)",
  equation: "p = softmax(top_k cos(phi, c_i) / tau); theta = sum_i p_i theta_i",
  reference: "arXiv 2403.08755",
  checked: "PyTorch by the formula: centroids, gates and logits; the planted libraries by text",
  taxonomy: { routing: ["similarity", "top_k"] },
  options: Schema.Struct({
    top_k: optional(PositiveInt, 2, "modules that are merged"),
    temperature: optional(PositiveNumber, 0.01, "tau of the softmax"),
    statistics: optional(
      words("memory", "train"),
      "memory",
      "where the centroids come from: the memory, or all training data",
    ),
    features: optional(words("mean", "cls"), "mean", "pooling of the frozen features"),
    mix: optional(words("factors", "outer"), "factors", "what averaging parameters means on low-rank modules"),
  }),
  routing: ({ features, mix }) => ({
    query: features === "cls" ? "frozen_cls" : "frozen_mean",
    level: "model",
    granularity: "example",
    aggregate: "parameters",
    mix,
  }),
  statisticsFrom: ({ statistics }) => statistics,
  statistics: (given) => ({
    c: { shape: [given.tasks, given.width], data: Float32Array.from(taskMeans(given).means) },
  }),
  gates: (phi, { c }, { top_k, temperature }) => softmaxOfLargest(cosineSimilarity(phi, c), top_k, temperature),
})
