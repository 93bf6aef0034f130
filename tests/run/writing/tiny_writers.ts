/** Tiny networks that write, with random weights and a vocabulary of whole words: checkpoints as folders, made from a seed. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type HostTensor, randomStream, writeSafetensors } from "../../../src/plugin/index.ts"

const SPECIAL = ["<pad>", "</s>", "<unk>", "<s>"] as const
const [PAD, END, , BEGIN] = SPECIAL.keys()

/** Words between white space; `</s>` behind a text, or `<s>` before it. */
const tokenizer = (words: readonly string[], frame: "before" | "behind") => {
  const [text, end, begin] = [
    { Sequence: { id: "A", type_id: 0 } },
    { SpecialToken: { id: "</s>", type_id: 0 } },
    { SpecialToken: { id: "<s>", type_id: 0 } },
  ]
  const single = frame === "behind" ? [text, end] : [begin, text]
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { type: "WhitespaceSplit" },
    post_processor: {
      type: "TemplateProcessing",
      single,
      pair: single,
      special_tokens: {
        "</s>": { id: "</s>", ids: [END], tokens: ["</s>"] },
        "<s>": { id: "<s>", ids: [BEGIN], tokens: ["<s>"] },
      },
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: false },
    model: {
      type: "WordPiece",
      unk_token: "<unk>",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries([...SPECIAL, ...words].map((word, id) => [word, id])),
    },
  }
}

const folder = (
  directory: string,
  name: string,
  config: object,
  words: Parameters<typeof tokenizer>,
  shapes: Readonly<Record<string, readonly number[]>>,
): string => {
  const path = join(directory, name)
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, "config.json"), JSON.stringify(config))
  writeFileSync(join(path, "tokenizer.json"), JSON.stringify(tokenizer(...words)))
  const weights = Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [key, random(name, key, shape)]))
  writeFileSync(join(path, "model.safetensors"), writeSafetensors(weights))
  return path
}

/** Gains are ones; embeddings and matrices normal with deviations that keep the size of what goes through. */
const random = (name: string, key: string, shape: readonly number[]): HostTensor => {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1))
  const deviation = /shared|embed|bias/.test(key) ? 1 : shape[1] ** -0.5
  const stream = randomStream(1, name, key)
  for (let i = 0; i < data.length; i++) data[i] = shape.length === 1 ? 1 : stream.normal() * deviation
  return { shape: [...shape], data }
}

const WIDTH = 32
const INNER = 48

/** An encoder and a decoder of `layers` blocks each. Gives the path of its folder. */
export const tinyT5At = (directory: string, words: readonly string[], layers = 1): string => {
  const vocabulary = SPECIAL.length + words.length
  const attention = (at: string) =>
    Object.fromEntries(["q", "k", "v", "o"].map((one) => [`${at}.${one}.weight`, [WIDTH, WIDTH]]))
  const stack = (name: "encoder" | "decoder") => {
    const last = name === "encoder" ? 1 : 2
    return {
      [`${name}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`]: [8, 4],
      ...Object.assign(
        {},
        ...Array.from({ length: layers }, (_, block) => {
          const at = `${name}.block.${block}.layer`
          return {
            ...attention(`${at}.0.SelfAttention`),
            [`${at}.0.layer_norm.weight`]: [WIDTH],
            ...(name === "decoder"
              ? { ...attention(`${at}.1.EncDecAttention`), [`${at}.1.layer_norm.weight`]: [WIDTH] }
              : {}),
            [`${at}.${last}.DenseReluDense.wi.weight`]: [INNER, WIDTH],
            [`${at}.${last}.DenseReluDense.wo.weight`]: [WIDTH, INNER],
            [`${at}.${last}.layer_norm.weight`]: [WIDTH],
          }
        }),
      ),
      [`${name}.final_layer_norm.weight`]: [WIDTH],
    }
  }
  const config = {
    model_type: "t5",
    vocab_size: vocabulary,
    d_model: WIDTH,
    d_kv: WIDTH / 4,
    d_ff: INNER,
    num_heads: 4,
    num_layers: layers,
    relative_attention_num_buckets: 8,
    relative_attention_max_distance: 16,
    decoder_start_token_id: PAD,
    eos_token_id: END,
    tie_word_embeddings: true,
  }
  return folder(directory, "tiny_t5", config, [words, "behind"], {
    "shared.weight": [vocabulary, WIDTH],
    ...stack("encoder"),
    ...stack("decoder"),
  })
}

/** A decoder of `layers` blocks. */
export const tinyLlamaAt = (directory: string, words: readonly string[], layers = 2): string => {
  const vocabulary = SPECIAL.length + words.length
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
  return folder(directory, "tiny_llama", config, [words, "before"], {
    "model.embed_tokens.weight": [vocabulary, WIDTH],
    ...Object.assign({}, ...Array.from({ length: layers }, (_, layer) => block(layer))),
    "model.norm.weight": [WIDTH],
  })
}
