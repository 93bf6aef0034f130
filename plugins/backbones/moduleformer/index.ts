/**
 * ModuleFormer (Shen et al. 2023, arXiv 2306.04640): a decoder whose sub-layers are mixtures of experts. For each token x
 *   a = h + sum_e p_e O_e attention(Q_e n(h), K n(h), V n(h)),    h' = a + sum_e p'_e D_e act(U_e n(a)),
 * over the k experts e of the largest p = softmax(W2 GELU(W1 n + b1)), which stay as they are. Keys and values are shared by the
 * attention experts. Attention breaks a stick: key j of query i takes s(l_ij) prod_{j < m <= i} (1 - s(l_im)), s the sigmoid of
 * l_ij = q_i k_j / sqrt(d); there are no positions. Left out of the authors' code: other gates (linear, gmm), one loss of the gates
 * for the probabilities of all layers together (`acc_aux_loss`), and in training the dropout of the gate and experts that are drawn
 * by chance.
 */
import {
  checkpointReader,
  defineBackbone,
  detokenize,
  encoderOptions,
  matmul,
  optional,
  Schema,
  tokenize,
  tokenizeAnswers,
  tokenizePrompts,
  words,
} from "../../../src/plugin/index.ts"
import { blueprint, type Config } from "./config.ts"
import { create } from "./create.ts"
import { files } from "./files.ts"
import { forward } from "./forward.ts"
import { EXPERT_PARTS, expertLayers } from "./names.ts"

const modelTypes = ["moduleformer"]

export default defineBackbone({
  name: "moduleformer",
  modelTypes,
  summary: "ModuleFormer: stick-breaking attention and feed-forward layers as mixtures of experts (Shen et al. 2023)",
  equation:
    "a = h + sum_e p_e O_e attention(Q_e n(h), K n(h), V n(h));  h' = a + sum_e p'_e D_e gelu(U_e n(a)); the k largest p",
  reference: "arXiv 2306.04640",
  checked: "an independent layer in PyTorch: states, scores, gates, losses of the gate and all gradients; I13, I14",
  options: Schema.Struct({
    max_tokens: encoderOptions.max_tokens,
    pooling: optional(
      words("last", "mean"),
      "last",
      "what the heads of a classification read: the state of the last token, or the mean over all tokens of the text",
    ),
    revision: encoderOptions.revision,
  }),
  ...checkpointReader({ name: "moduleformer", modelTypes, prefixes: ["transformer."], blueprint }),
  tokenize,
  tokenizePrompts,
  tokenizeAnswers,
  detokenize,
  create,
  files,
  forward,
  experts: ({ config, weights, layers }) => {
    const { k_att, k_mlp } = config as unknown as Config
    return Array.from({ length: layers }, (_, layer) =>
      expertLayers(layer).map((name, part) => {
        const [count] = weights[`${name}.in`].shape
        const k = Math.min(part === 0 ? k_att : k_mlp, count)
        return { name, count, k, weights: EXPERT_PARTS.map((own) => `${name}.${own}`) }
      }),
    ).flat()
  },
  nextToken: ({ weight }, hidden, { weights }) =>
    weights["head.weight"]
      ? matmul(hidden, weight("head.weight"))
      : matmul(hidden, weight("embeddings.word"), { transposeB: true }),
  answers: ({ config }) => ((config.eos_token_id as number) < 0 ? {} : { end: config.eos_token_id as number }),
})
