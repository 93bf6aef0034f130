/** A new BERT with random weights: N(0, 0.02) for matrices, zero biases, unit norms. */
import type { BackboneSize, Checkpoint, HostTensor, RandomStream } from "../../../src/plugin/index.ts"
import { sitesOf, weightsOf } from "./names.ts"

export const create = (
  { layers, width, heads, intermediate, vocabulary, positions }: BackboneSize,
  tokenizer: unknown,
  random: RandomStream,
): Checkpoint => {
  const shape = { layers, width, intermediate, vocabulary, positions }
  const weights: Record<string, HostTensor> = {}
  for (const { name, shape: stored, transposed } of weightsOf(shape)) {
    const own = transposed ? [stored[1], stored[0]] : stored
    const data = new Float32Array(own.reduce((a, b) => a * b, 1))
    if (own.length === 2) for (let i = 0; i < data.length; i++) data[i] = 0.02 * random.normal()
    else if (name.endsWith("norm.weight")) data.fill(1)
    weights[name] = { shape: own, data }
  }
  return {
    config: {
      model_type: "bert",
      hidden_act: "gelu",
      hidden_size: width,
      intermediate_size: intermediate,
      layer_norm_eps: 1e-12,
      max_position_embeddings: positions,
      num_attention_heads: heads,
      num_hidden_layers: layers,
      type_vocab_size: 1,
      vocab_size: vocabulary,
      pooling: "mean",
    },
    weights,
    width,
    layers,
    sites: sitesOf(shape),
    maxTokens: positions,
    parameters: Object.values(weights).reduce((sum, { data }) => sum + data.length, 0),
    tokenizer,
    digest: "new",
  }
}
