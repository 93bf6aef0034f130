/**
 * SAPT: shared attentive learning and selection, with attentive reflection (Zhao et al. 2024, arXiv 2401.08295).
 * One query of a text, from the embeddings E of its tokens, for all layers:
 *   q = LN(SiLU(W2 W1 max_tokens E)),    w = softmax_k(key_k . q / tau),  tau = sqrt(d) by default,    y <- y + sum_k w_k A_k(x)
 * The key of a new task is learnt on that task, earlier keys stay, the projection goes on learning. So that earlier tasks keep
 * their attention, that of task k is recorded after it was learnt, as the mean a_k over its remembered texts, and
 *   loss + lambda sum_k mean KL([a_k, 0, ..] || w(x~))   for remembered texts x~ of each earlier task k.
 * Both are of one batch, which mixes the newest task's texts with remembered ones; the authors add a batch of each earlier task.
 * The authors record on the validation split and reflect on texts that a module of the task has written; here both are texts of the
 * memory: training examples, or such samples where the memory is `generated`. Their module is trained together with the attention,
 * as the strategy `sapt` does it; here it was trained before. Their maximum runs over the padding of a batch too, which makes w
 * depend on the other texts (`pooling: max_padded`, marked as a leak; a padded position counts as zeros).
 */
import {
  ATTENTION_OPTIONS,
  add,
  attentionParameters,
  constant,
  defineRouter,
  div,
  divergenceFrom,
  matmul,
  max,
  mul,
  optional,
  overBatch,
  pool,
  Schema,
  scale,
  sharedAttention,
  sub,
  sum,
  toPadded,
  words,
} from "../../src/plugin/index.ts"

export default defineRouter({
  name: "sapt",
  summary: "Shared attention over the modules from a text's embeddings, with attentive reflection (Zhao et al. 2024)",
  equation: "w = softmax(key_k . LN(SiLU(W2 W1 max E)) / tau); y <- y + sum_k w_k A_k(x)",
  reference: "arXiv 2401.08295",
  checked:
    "PyTorch by the formula: gates, logits, loss with reflection, gradients and AdamW's steps; what is recorded and kept by invariants; the planted libraries by text; its leak shows",
  taxonomy: { routing: "soft" },
  options: Schema.Struct({
    data: optional(
      words("newest", "memory"),
      "newest",
      "learnt on the newest task's training examples, earlier keys kept (the paper), or on the memory of all tasks at once",
    ),
    ...ATTENTION_OPTIONS,
    pooling: optional(
      words("max", "max_padded"),
      "max",
      "over the text's tokens, or over the padding of its batch too (the authors' code)",
    ),
  }),
  routing: () => ({ query: "embeddings", level: "model", granularity: "example", aggregate: "outputs" }),
  leaks: ({ pooling }) => (pooling === "max_padded" ? "batch" : undefined),
  parameters: ({ width, modules }, options) => ({
    ...attentionParameters(width, options),
    keys: { shape: [modules, width], draw: "uniform", bound: 1 } as const,
  }),
  fit: ({ data }) =>
    data === "newest"
      ? { on: "newest", continues: true, keeps: ["keys"], records: "newest" }
      : { on: "memory", continues: true, records: "newest" },
  gates: (E, p, options) => {
    const pooled = options.pooling === "max" ? pool("max", E) : max(toPadded(E), 0)
    return sharedAttention(pooled, p, p.keys, options)
  },
  loss: ({ units: [{ gates, p }], task, newest }, { reflection }) => {
    if (!p.recorded || reflection === 0) return constant(0)
    const target = matmul(task, p.recorded)
    const earlier = mul(task, sub(1, newest))
    const divergence = divergenceFrom(target, gates, true)
    return scale(sum(div(overBatch(mul(earlier, divergence)), add(overBatch(earlier), 1e-12))), reflection)
  },
})
