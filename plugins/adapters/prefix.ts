/**
 * Prefix tuning (Li and Liang 2021, arXiv 2101.00190): in every block, keys and values of `length` tokens that no text
 * has join those of the text,
 *   attention(Q, [P_K; K], [P_V; V]).
 * With `hidden` > 0 they are not trained themselves but made by a small network, [P_K | P_V] = tanh(E W + b) U + c,
 * whose E, W and b all blocks share.
 */
import {
  add,
  defineAdapter,
  exact,
  type HostTensor,
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

/** x W + b of rows x. */
const affine = (x: ArrayLike<number>, { shape: [inner, columns], data: W }: HostTensor, { data: b }: HostTensor) =>
  Float64Array.from({ length: (x.length / inner) * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns]
    let sum = Number(b[column])
    for (let k = 0; k < inner; k++) sum += x[row * inner + k] * Number(W[k * columns + column])
    return sum
  })

/** What the network makes of its own tokens: tanh(E W + b) U + c, keys and values apart. */
const keysAndValues = ({
  E,
  W,
  b,
  U,
  c,
}: Readonly<Record<string, HostTensor>>): Readonly<Record<string, HostTensor>> => {
  const [length, keys] = E.shape
  const inner = affine(E.data as Float32Array, W, b).map((x) => 1 - 2 / (exact.exponential(2 * x) + 1))
  const both = affine(inner, U, c)
  const width = both.length / length
  const part = (from: number, to: number): HostTensor => ({
    shape: [length, to - from],
    data: Float32Array.from(both).filter((_, at) => at % width >= from && at % width < to),
  })
  return { K: part(0, keys), V: part(keys, width) }
}

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
    config: ({ length }) => ({
      task_type: "FEATURE_EXTRACTION",
      num_virtual_tokens: length,
      num_transformer_submodules: 1,
      prefix_projection: false,
    }),
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
    made: (parameters, { hidden }) => (hidden === 0 ? parameters : keysAndValues(parameters)),
    tensors: () => ({ K: { name: "keys" }, V: { name: "values" } }),
  },
})
