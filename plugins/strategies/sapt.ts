/**
 * SAPT as its authors train it (Zhao et al. 2024, arXiv 2401.08295): shared attentive learning and selection (SALS), with attentive
 * reflection (ARM). Each task t gets a module A_t and a key, and learns both together with W1, W2 and the norm; modules and keys of
 * earlier tasks stay as they are, and are at work. With E the embeddings of a text's tokens and one w for all layers,
 *   q = LN(SiLU(W2 W1 max_tokens E)),    w = softmax_k(key_k . q / tau),  tau = sqrt(d) by default,    y <- y + sum_k w_k A_k(x)
 *   L = CE over the new task's texts + lambda sum_{k < t} mean KL([a_k, 0, ..] || w(x~))   for texts x~ of task k,
 * where a_k is the mean of w over the texts of task k when that ended. What is reflected on moves the attention alone: it has no part
 * in the cross-entropy, though it goes through the network with the batch, as what is replayed does, and costs as much.
 *
 * Unlike the authors': a_k is the mean over what the memory has of the task, not over its validation split; a batch is joined by
 * `replayed` texts of all earlier tasks together, not by as many of each, so that a task of which none is drawn has no part in that
 * step; texts x~ are samples that a module of the task has written where the memory is `generated`, else training examples; the
 * maximum is over a text's own tokens, never over the padding of a batch. Prompts that join the tokens of a text (SAPT-Prompt) are
 * refused: what modules give must add up. The router `sapt` is the same attention, learnt over modules that are trained before it.
 */
import {
  ATTENTION_OPTIONS,
  add,
  attentionParameters,
  concat,
  defineStrategy,
  divergenceFrom,
  ofTask,
  pool,
  Schema,
  scale,
  sharedAttention,
  tasksUntil,
  uniformly,
} from "../../src/plugin/index.ts"

export default defineStrategy({
  name: "sapt",
  summary:
    "SAPT: a module for each task, trained with the attention that weighs them all, and reflection (Zhao et al. 2024)",
  equation:
    "y <- y + sum_k softmax(key_k . q(x) / tau) A_k(x);  L = CE + lambda sum_{k < t} KL(a_k || w(x~)),  x~ of task k",
  reference: "ACL 2024, arXiv 2401.08295; as circle-hit/SAPT but for what the file says",
  checked:
    "PyTorch by the formula: parameters and recorded attention after three tasks; earlier modules and keys keep their bytes; what is reflected on moves no module; the kit",
  options: Schema.Struct(ATTENTION_OPTIONS),
  trains: "adapter",
  visits: "one_by_one",
  grows: () => "sum",
  replays: () => ({ draws: 1 }),
  attends: {
    parameters: ({ width, stage }, options) => ({
      ...attentionParameters(width, options),
      ...Object.fromEntries(
        tasksUntil(stage).map((t) => [`key ${t}`, { ...uniformly([1, width], 1), ...ofTask(t, stage) }]),
      ),
    }),
    weights: ({ embeddings, p, stage }, options) => {
      const keys = concat(
        tasksUntil(stage).map((t) => p[`key ${t}`]),
        0,
      )
      return sharedAttention(pool("max", embeddings), p, keys, options)
    },
  },
  loss: ({ newest, earlier, crossEntropy, attention }, { reflection }) => {
    const { weights, recorded } = attention!
    const task = newest(crossEntropy())
    if (!recorded || reflection === 0) return task
    const divergence = divergenceFrom(recorded, weights)
    return earlier.reduce((loss, mean) => add(loss, scale(mean(divergence), reflection)), task)
  },
})
