/** A new ModuleFormer with random weights: N(0, 0.02), experts uniform in +-1/in as their authors have them, zero biases, unit norms. */
import type { BackboneSize, Checkpoint, HostTensor, RandomStream } from "../../../src/plugin/index.ts"
import type { Config } from "./config.ts"
import { type Shape, sitesOf, weightsOf } from "./names.ts"

export const create = (
  { layers, width, heads, intermediate, vocabulary, positions, experts = 4, expertsOfToken = 2 }: BackboneSize,
  tokenizer: unknown,
  random: RandomStream,
): Checkpoint => {
  const counts = new Array(layers).fill(experts)
  const shape: Shape = {
    layers,
    width,
    attended: width,
    intermediate,
    gating: width,
    vocabulary,
    attentionExperts: counts,
    mlpExperts: counts,
    tied: true,
  }
  const weights: Record<string, HostTensor> = {}
  for (const { name, shape: stored, transposed } of weightsOf(shape)) {
    const own = transposed ? [stored[1], stored[0]] : stored
    const data = new Float32Array(own.reduce((a, b) => a * b, 1))
    if (own.length === 3) for (let i = 0; i < data.length; i++) data[i] = (2 * random.uniform() - 1) / own[1]
    else if (own.length === 2) for (let i = 0; i < data.length; i++) data[i] = 0.02 * random.normal()
    else if (name.endsWith("norm.weight")) data.fill(1)
    weights[name] = { shape: own, data }
  }
  return {
    config: {
      model_type: "moduleformer",
      activation_function: "gelu_new",
      att_hidden: width,
      block_size: positions,
      eos_token_id: endOf(tokenizer),
      ffd_hidden: intermediate,
      gate_type: "mlp",
      gating_size: shape.gating,
      k_att: expertsOfToken,
      k_mlp: expertsOfToken,
      layer_norm_epsilon: 1e-5,
      n_att_experts: experts,
      n_embd: width,
      n_head: heads,
      n_layer: layers,
      n_mlp_experts: experts,
      tie_word_embeddings: true,
      vocab_size: vocabulary,
      pooling: "last",
    } satisfies Config & Checkpoint["config"],
    weights,
    width,
    layers,
    sites: sitesOf(shape),
    maxTokens: positions,
    positions,
    parameters: Object.values(weights).reduce((sum, { data }) => sum + data.length, 0),
    tokenizer,
    digest: "new",
  }
}

/** [SEP], which ends the texts of tokenizers that are made here; -1 where there is none. */
const endOf = (tokenizer: unknown): number => {
  const { model } = tokenizer as { readonly model?: { readonly vocab?: Readonly<Record<string, number>> } }
  return model?.vocab?.["[SEP]"] ?? -1
}
