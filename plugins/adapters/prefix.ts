/**
 * Prefix tuning (Li and Liang 2021, arXiv 2101.00190): in every block, keys and values of `length` tokens that no text
 * has join those of the text,
 *   attention(Q, [P_K; K], [P_V; V]).
 * With `hidden` > 0 they are not trained themselves but made by a small network, [P_K | P_V] = tanh(E W + b) U + c,
 * whose E, W and b all blocks share.
 */
import {
  add,
  DataError,
  defineAdapter,
  type Initials,
  kaiming,
  matmul,
  NonNegativeInt,
  normal,
  optional,
  PositiveInt,
  Schema,
  shared,
  slice,
  tanh,
  zeros,
} from "../../src/plugin/index.ts"

export default defineAdapter({
  name: "prefix",
  summary: "Trained keys and values before those of the text, in every block (Li and Liang 2021)",
  equation: "attention(Q, [P_K; K], [P_V; V]); with hidden > 0: [P_K | P_V] = tanh(E W + b) U + c",
  reference: "arXiv 2101.00190",
  checked: "HF PEFT: folders and states in both directions; PyTorch by the formula: gradients, curve of training",
  options: Schema.Struct({
    length: optional(PositiveInt, 10, "number of prefix tokens"),
    hidden: optional(
      NonNegativeInt,
      0,
      "width of the network that makes keys and values; 0: they are trained themselves",
    ),
  }),
  sites: () => ["attention"],
  parameters: ({ in: keys, out: values }, { length, hidden }): Initials =>
    hidden === 0
      ? { K: normal([length, keys], 0.02), V: normal([length, values], 0.02) }
      : {
          E: shared(normal([length, keys], 1)),
          W: shared(kaiming([keys, hidden])),
          b: { ...shared(zeros([1, hidden])), decayed: false },
          U: kaiming([hidden, keys + values]),
          c: { ...zeros([1, keys + values]), decayed: false },
        },
  extend: ({ K, V, E, W, b, U, c }, { hidden }, _mode, { in: keys }) => {
    if (hidden === 0) return { keys: K, values: V }
    const both = add(matmul(tanh(add(matmul(E, W), b)), U), c)
    return { keys: slice(both, -1, 0, keys), values: slice(both, -1, keys) }
  },
  axes: (_site, { hidden }) => (hidden === 0 ? { K: ["own", "x"], V: ["own", "y"] } : undefined),
  peft: {
    type: "PREFIX_TUNING",
    options: ({ number }) => ({ length: number("num_virtual_tokens", 0), hidden: 0 }),
    config: ({ length, hidden }) => {
      if (hidden > 0)
        throw new DataError(
          "PEFT keeps keys and values, and not the network that makes them",
          "train the prefix with hidden: 0 to export it",
        )
      return {
        task_type: "FEATURE_EXTRACTION",
        num_virtual_tokens: length,
        num_transformer_submodules: 1,
        prefix_projection: false,
      }
    },
    only: { num_transformer_submodules: [1] },
    // Of a projection PEFT stores what it made.
    silent: [
      "prefix_projection",
      "encoder_hidden_size",
      "num_attention_heads",
      "num_layers",
      "token_dim",
      "init_weights",
    ],
    prompt: { tensor: "prompt_embeddings", at: "attention" },
    tensors: () => ({ K: { name: "keys" }, V: { name: "values" } }),
  },
})
