/** BERT and its kin as a whole: embeddings of pieces and positions, their norm, and blocks one after the other. */
import { add, gather, type Tensor } from "../tensor/index.ts"
import { ACTIVATIONS, activationName } from "./activations.ts"
import type { Checkpoint, Trace } from "./backbone.ts"
import type { ConfigFile } from "./config_file.ts"
import { postNormBlock } from "./post_norm_block.ts"

/** What the forward pass reads of a checkpoint's config. */
export interface PostNormConfig {
  readonly num_hidden_layers: number
  readonly num_attention_heads: number
  readonly hidden_act: string
  readonly layer_norm_eps: number
}

/** Of a config.json with BERT's keys. Throws DataError. */
export const postNormConfig = (config: ConfigFile): PostNormConfig => ({
  num_hidden_layers: config.blocks("num_hidden_layers"),
  num_attention_heads: config.heads("num_attention_heads", config.whole("hidden_size")),
  hidden_act: activationName(config, "hidden_act"),
  layer_norm_eps: config.number("layer_norm_eps", 1e-12),
})

/** Weights `embeddings.word`, `embeddings.position`, `embeddings.norm`, and those of `postNormBlock`; -> [length, width]. */
export const postNormEncoder = (trace: Trace, checkpoint: Pick<Checkpoint, "config">): Tensor =>
  postNormBlocks(trace, checkpoint, embedded(trace, checkpoint.config.layer_norm_eps as number))

/** All blocks, each with weights of its own: h [length, width] -> [length, width]. */
export const postNormBlocks = (trace: Trace, { config }: Pick<Checkpoint, "config">, h: Tensor): Tensor => {
  const {
    num_hidden_layers,
    num_attention_heads: heads,
    hidden_act,
    layer_norm_eps,
  } = config as unknown as PostNormConfig
  const block = { heads, epsilon: layer_norm_eps, activation: ACTIVATIONS[hidden_act] }
  return Array.from({ length: num_hidden_layers }).reduce<Tensor>(
    (state, _, layer) => postNormBlock(trace, layer, state, block),
    h,
  )
}

/** LN(word + position), [length, width of the embeddings]. */
export const embedded = (trace: Trace, epsilon: number): Tensor => {
  const { tokens, positions } = trace.embed("embeddings", trace.weight("embeddings.word"))
  return trace.norm("embeddings.norm", add(tokens, gather(trace.weight("embeddings.position"), positions)), {
    kind: "layer",
    gain: trace.weight("embeddings.norm.weight"),
    bias: trace.weight("embeddings.norm.bias"),
    epsilon,
  })
}
