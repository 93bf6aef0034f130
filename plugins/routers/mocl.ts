/**
 * MoCL: modules weighed by learnt keys (Wang, Adel, Lange, Strötgen, Schütze 2024, arXiv 2404.00790).
 *   s_i = cos(phi(x), k_i),    w = softmax(8 s),    P = sum_i w_i P_i   (parameters averaged)
 *   loss + lambda mean (1 - cos(phi(x), k_task))
 * The authors learn key and module of a task together, with earlier modules active; here the modules are trained in isolation and the
 * keys afterwards: those of all tasks on the memory, or (`data: newest`) a new key on its task's training examples alone, earlier keys kept.
 * Their LoRA code weighs a whole batch by its mean weights (`batch_mean`), which leaks the task of a batch of one task; the table marks it.
 * Their features are a mean over the padding of a batch too; here phi is that of the text's own tokens, whatever stands beside it.
 */
import {
  add,
  cosineSimilarity,
  defineRouter,
  div,
  mul,
  NonNegativeNumber,
  optional,
  overBatch,
  PositiveNumber,
  Schema,
  scale,
  softmax,
  sub,
  sum,
  words,
} from "../../src/plugin/index.ts"

export default defineRouter({
  name: "mocl",
  summary: "Modules weighed by the similarity of frozen features to learnt keys (Wang et al. 2024)",
  equation: "w = softmax(8 cos(phi, k_i)); theta = sum_i w_i theta_i",
  reference: "arXiv 2404.00790",
  checked:
    "PyTorch by the formula: gates, logits, loss, gradients and AdamW's steps; the planted libraries by text; its leak shows",
  taxonomy: { routing: "similarity" },
  options: Schema.Struct({
    data: optional(
      words("memory", "newest"),
      "memory",
      "all keys learnt on the memory, or each on its task's training examples when the task is the newest",
    ),
    scale: optional(PositiveNumber, 8, "of the similarities in the softmax"),
    matching: optional(NonNegativeNumber, 1, "lambda of 1 - cos(phi, k_task)"),
    aggregate: optional(
      words("parameters", "outputs"),
      "parameters",
      "average the modules' parameters, or what they give",
    ),
    mix: optional(
      words("outer", "factors"),
      "outer",
      "what averaging parameters means on low-rank modules (the authors: their updates)",
    ),
    features: optional(words("mean", "cls"), "mean", "pooling of the frozen features"),
    batch_mean: optional(
      Schema.Boolean,
      false,
      "weigh a whole batch by its mean weights, as the authors' LoRA code does",
    ),
  }),
  routing: ({ features, aggregate, mix }) => ({
    query: features === "cls" ? "frozen_cls" : "frozen_mean",
    level: "model",
    granularity: "example",
    aggregate,
    mix,
  }),
  leaks: ({ batch_mean }) => (batch_mean ? "batch" : undefined),
  parameters: ({ width, modules }) => ({ keys: { shape: [modules, width], draw: "uniform", bound: 1 } as const }),
  fit: ({ data }) => (data === "newest" ? { on: "newest", continues: true, keeps: ["keys"] } : {}),
  gates: (phi, { keys }, { scale: factor, batch_mean }) => {
    const w = softmax(scale(cosineSimilarity(phi, keys), factor))
    return batch_mean ? overBatch(w) : w
  },
  loss: ({ units: [{ query, p }], task, newest }, { matching, data }) => {
    const far = scale(sub(1, sum(mul(task, cosineSimilarity(query, p.keys)), -1, true)), matching)
    return data === "newest" ? div(overBatch(mul(far, newest)), add(overBatch(newest), 1e-12)) : far
  },
})
