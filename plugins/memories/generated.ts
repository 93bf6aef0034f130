/**
 * Samples in the place of remembered examples: a model that has learnt to write the texts x and answers y of a task t writes some,
 *   [x; separator; y] ~ p(. | trigger of t),   token by token among the k likeliest.
 * For routers, and for strategies that replay, it is a module of the adapter for each task, trained on the task's texts apart from
 * the module that answers them, as SAPT trains one to write its pseudo-samples (Zhao et al. 2024, arXiv 2401.08295; there the texts
 * alone). A strategy that writes its samples itself, such as `lfpt5`, has them from its own model. What lacks the separator, a text
 * or an answer is dropped, and written anew up to five times as often as asked.
 */
import { defineMemory, optional, PositiveInt, PositiveNumber, Schema } from "../../src/plugin/index.ts"

export default defineMemory({
  name: "generated",
  summary: "Samples that a model has written of each task; no training example is kept",
  equation: "[x; separator; y] ~ p(. | trigger of t), of the top_k likeliest tokens",
  reference: "as LAMOL (arXiv 1909.03329), LFPT5 (arXiv 2110.07298) and SAPT (arXiv 2401.08295) replay",
  checked:
    "PyTorch by the formula: the distribution that tokens are drawn from; by invariants: seeds, batches, form, what is dropped",
  options: Schema.Struct({
    per_task: optional(PositiveInt, 20, "samples of each task"),
    top_k: optional(PositiveInt, 20, "a token is drawn among so many of the likeliest"),
    temperature: optional(PositiveNumber, 1, "below 1 likelier tokens are favoured"),
    max_tokens: optional(PositiveInt, 128, "of a sample, its separator and its answer included"),
    trigger: optional(Schema.String, "{task}", "what is read when a sample is written; {task} is the name of its task"),
    separator: optional(
      Schema.String.check(Schema.isMinLength(1)),
      "__ans__",
      "stands between the text and the answer of a sample",
    ),
  }),
  generates: ({ per_task, top_k, temperature, max_tokens, trigger, separator }) => ({
    perTask: per_task,
    trigger: (task) => trigger.replaceAll("{task}", task),
    separator,
    maxTokens: max_tokens,
    topK: top_k,
    temperature,
  }),
})
