/** A tiny decoder with random weights and the vocabulary of `examples/05_answers`: a checkpoint as a folder. */
import { checkpointAt, END, INNER, SPECIAL, WIDTH, WORDS } from "../../../examples/05_answers/make.ts"

/** A decoder of `layers` blocks. */
export const tinyLlamaAt = (directory: string, layers = 2): string => {
  const vocabulary = SPECIAL.length + WORDS.length
  const config = {
    model_type: "llama",
    vocab_size: vocabulary,
    hidden_size: WIDTH,
    intermediate_size: INNER,
    num_hidden_layers: layers,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 64,
    tie_word_embeddings: true,
    eos_token_id: END,
  }
  const block = (layer: number) => {
    const at = `model.layers.${layer}`
    return {
      [`${at}.self_attn.q_proj.weight`]: [WIDTH, WIDTH],
      [`${at}.self_attn.k_proj.weight`]: [WIDTH / 2, WIDTH],
      [`${at}.self_attn.v_proj.weight`]: [WIDTH / 2, WIDTH],
      [`${at}.self_attn.o_proj.weight`]: [WIDTH, WIDTH],
      [`${at}.mlp.gate_proj.weight`]: [INNER, WIDTH],
      [`${at}.mlp.up_proj.weight`]: [INNER, WIDTH],
      [`${at}.mlp.down_proj.weight`]: [WIDTH, INNER],
      [`${at}.input_layernorm.weight`]: [WIDTH],
      [`${at}.post_attention_layernorm.weight`]: [WIDTH],
    }
  }
  return checkpointAt(directory, "tiny_llama", config, [WORDS, "before"], {
    "model.embed_tokens.weight": [vocabulary, WIDTH],
    ...Object.assign({}, ...Array.from({ length: layers }, (_, layer) => block(layer))),
    "model.norm.weight": [WIDTH],
  })
}
