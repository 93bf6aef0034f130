/**
 * Decoders of the Llama family (Touvron et al. 2023): Llama, SmolLM, Mistral, Qwen2, Qwen3. Pre-norm blocks,
 *   a = h + O attention(R Q n(h), R K n(h), V n(h)),  h' = a + D (silu(G n(a)) * U n(a)),
 * n: root mean square norm, R: rotary positions; keys and values have fewer heads than queries. Qwen2 adds biases to Q,
 * K and V, Qwen3 normalises each head of queries and keys, Mistral sees a window of tokens.
 */
import {
  ACTIVATIONS,
  activationName,
  add,
  type Blueprint,
  type Checkpoint,
  type ConfigFile,
  checkpointReader,
  configFile,
  DataError,
  defineBackbone,
  denseWeights,
  detokenize,
  encoderOptions,
  type HostTensor,
  matmul,
  mul,
  normWeights,
  optional,
  type RotaryScaling,
  reshape,
  rmsNorm,
  rotary,
  rotaryFrequencies,
  Schema,
  type Tensor,
  type Trace,
  tableWeight,
  tokenize,
  tokenizeAnswers,
  tokenizePrompts,
  transformerSites,
  type WeightSource,
  words,
} from "../../src/plugin/index.ts"

const MODELS = ["llama", "mistral", "qwen2", "qwen3"] as const

/** What config.json says, as plain values that forward reads. */
type Config = ReturnType<typeof settings>

const settings = (file: ConfigFile) => {
  const model = file.word("model_type", MODELS, "llama")
  const width = file.whole("hidden_size")
  const own = (file.values.head_dim ?? undefined) !== undefined
  const heads = own ? file.whole("num_attention_heads") : file.heads("num_attention_heads", width)
  const biases = file.flag("attention_bias", false)
  return {
    model_type: model,
    hidden_size: width,
    intermediate_size: file.whole("intermediate_size"),
    num_hidden_layers: file.blocks("num_hidden_layers"),
    num_attention_heads: heads,
    num_key_value_heads: groupsOf(file, heads),
    head_dim: file.whole("head_dim", width / heads),
    vocab_size: file.whole("vocab_size"),
    max_position_embeddings: file.whole("max_position_embeddings"),
    rms_norm_eps: file.number("rms_norm_eps", 1e-6),
    hidden_act: activationName(file, "hidden_act", "silu"),
    qkv_bias: biases || model === "qwen2",
    output_bias: biases && model !== "qwen2",
    mlp_bias: file.flag("mlp_bias", false),
    head_norms: model === "qwen3",
    tie_word_embeddings: file.flag("tie_word_embeddings", false),
    end: endOf(file),
    ...rotation(file),
    ...windows(file, model),
  }
}

/** The token that ends a text, the first where there are several; -1 where none does. */
const endOf = (file: ConfigFile): number => {
  const { eos_token_id: ends } = file.values
  return Array.isArray(ends) ? Number(ends[0] ?? -1) : file.whole("eos_token_id", -1)
}

/** How many heads of keys and values the heads of queries share, each as many. */
const groupsOf = (file: ConfigFile, heads: number): number => {
  const groups = file.whole("num_key_value_heads", heads)
  if (groups < 1 || heads % groups !== 0)
    throw new DataError(
      `config.json of "${file.location}" has ${heads} heads (num_attention_heads), and ${groups} of keys and values (num_key_value_heads), which do not divide them`,
      "take config.json and model.safetensors from the same checkpoint",
    )
  return groups
}

const object = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {}

/** Rotary positions: `rope_parameters` of newer files, `rope_theta` and `rope_scaling` of older ones. */
const rotation = (file: ConfigFile) => {
  const { rope_parameters, rope_scaling } = file.values
  const nested = configFile({ ...object(rope_scaling), ...object(rope_parameters) }, file.location, "llama")
  for (const one of [file, nested])
    if (one.number("partial_rotary_factor", 1) !== 1)
      throw new DataError(
        `config.json of "${file.location}" turns a part of each head only (partial_rotary_factor)`,
        "the backbone llama turns whole heads",
      )
  return {
    rope_theta: nested.number("rope_theta", file.number("rope_theta", 10000)),
    rope_type: nested.word(
      nested.values.rope_type === undefined ? "type" : "rope_type",
      ["default", "linear", "llama3"],
      "default",
    ),
    rope_factor: nested.number("factor", 1),
    rope_low: nested.number("low_freq_factor", 1),
    rope_high: nested.number("high_freq_factor", 4),
    rope_positions: nested.number("original_max_position_embeddings", file.whole("max_position_embeddings")),
  }
}

const frequencies = (config: Config): readonly number[] => {
  const { rope_type: type, rope_factor: factor, rope_low, rope_high, rope_positions } = config
  const scaling: RotaryScaling | undefined =
    type === "linear"
      ? { type, factor }
      : type === "llama3"
        ? { type, factor, lowFrequency: rope_low, highFrequency: rope_high, positions: rope_positions }
        : undefined
  return rotaryFrequencies(config.head_dim, config.rope_theta, scaling)
}

/** Tokens that a token sees, itself included (0: all before it), in the blocks from `window_from` on. */
const windows = (file: ConfigFile, model: (typeof MODELS)[number]) => {
  const none = { window: 0, window_from: 0 }
  const unsaid = model === "mistral" && file.values.sliding_window === undefined
  const [size, layers] = [unsaid ? 4096 : file.whole("sliding_window", 0), file.whole("num_hidden_layers")]
  if (size === 0 || model === "llama" || (model !== "mistral" && !file.flag("use_sliding_window", false))) return none
  const types = file.values.layer_types
  if (!Array.isArray(types))
    return { window: size, window_from: model === "mistral" ? 0 : file.whole("max_window_layers", 28) }
  const full = types.filter((type) => type === "full_attention").length
  if (types.some((type, layer) => type !== (layer < full ? "full_attention" : "sliding_attention")))
    throw new DataError(
      `config.json of "${file.location}" mixes full and sliding attention in another order than full first`,
      "the backbone llama computes layer_types with all full_attention before all sliding_attention",
    )
  return full === layers ? none : { window: size, window_from: full }
}

const blueprint = (file: ConfigFile): Blueprint => {
  const config = settings(file)
  const { hidden_size: width, intermediate_size: intermediate, num_hidden_layers: layers, head_dim } = config
  return {
    config,
    width,
    layers,
    vocabulary: config.vocab_size,
    positions: config.max_position_embeddings,
    weights: weightsOf(config),
    sites: transformerSites({
      layers,
      width,
      intermediate,
      queryWidth: config.num_attention_heads * head_dim,
      keyWidth: config.num_key_value_heads * head_dim,
      gated: true,
      norms: "before",
      embeddings: width,
      finalNorm: true,
    }),
  }
}

/** The weights by our names and those of the files. */
const weightsOf = (config: Config): readonly WeightSource[] => {
  const { hidden_size: width, intermediate_size: inner, vocab_size: vocabulary, head_dim } = config
  const [queries, keys] = [config.num_attention_heads * head_dim, config.num_key_value_heads * head_dim]
  const block = (layer: number): readonly WeightSource[] => {
    const dense = (name: string, from: string, input: number, out: number, bias: boolean) =>
      denseWeights(`layer.${layer}.${name}`, `layers.${layer}.${from}`, [input, out], { bias })
    const norm = (name: string, from: string, size: number) =>
      normWeights(`layer.${layer}.${name}`, `layers.${layer}.${from}`, size, { bias: false })
    return [
      ...norm("attention.norm", "input_layernorm", width),
      ...dense("attention.query", "self_attn.q_proj", width, queries, config.qkv_bias),
      ...dense("attention.key", "self_attn.k_proj", width, keys, config.qkv_bias),
      ...dense("attention.value", "self_attn.v_proj", width, keys, config.qkv_bias),
      ...(config.head_norms ? norm("attention.query.norm", "self_attn.q_norm", head_dim) : []),
      ...(config.head_norms ? norm("attention.key.norm", "self_attn.k_norm", head_dim) : []),
      ...dense("attention.output", "self_attn.o_proj", queries, width, config.output_bias),
      ...norm("norm", "post_attention_layernorm", width),
      ...dense("gate", "mlp.gate_proj", width, inner, config.mlp_bias),
      ...dense("intermediate", "mlp.up_proj", width, inner, config.mlp_bias),
      ...dense("output", "mlp.down_proj", inner, width, config.mlp_bias),
    ]
  }
  const head: readonly WeightSource[] = [
    { name: "head.weight", from: "lm_head.weight", shape: [vocabulary, width], transposed: true, ofHead: true },
  ]
  return [
    tableWeight("embeddings.word", "embed_tokens.weight", [vocabulary, width]),
    ...Array.from({ length: config.num_hidden_layers }, (_, layer) => block(layer)).flat(),
    ...normWeights("final.norm", "norm", width, { bias: false }),
    ...(config.tie_word_embeddings ? [] : head),
  ]
}

const forward = (trace: Trace, checkpoint: Checkpoint): Tensor => {
  const config = checkpoint.config as unknown as Config
  const { num_attention_heads: heads, num_key_value_heads: groups, rms_norm_eps: epsilon } = config
  const activation = ACTIVATIONS[config.hidden_act]
  const turns = frequencies(config)
  const norm = (x: Tensor, site: string) =>
    trace.norm(site, x, { kind: "rms", gain: trace.weight(`${site}.weight`), epsilon })
  const dense = (x: Tensor, site: string) => {
    const bias = checkpoint.weights[`${site}.bias`] && trace.weight(`${site}.bias`)
    return trace.linear(site, x, trace.weight(`${site}.weight`), bias)
  }
  const { tokens, positions } = trace.embed("embeddings", trace.weight("embeddings.word"))
  const turned = (x: Tensor, site: string, parts: number) =>
    rotary(config.head_norms ? headNorm(trace, x, site, config) : x, positions, parts, turns)

  let h = tokens
  for (let l = 0; l < config.num_hidden_layers; l++) {
    const block = `layer.${l}`
    const [query, key, value] = ["query", "key", "value"].map((role) => `${block}.attention.${role}`)
    h = trace.block(l, h)
    const n = norm(h, `${block}.attention.norm`)
    const mixed = trace.attention(
      `${block}.attention`,
      turned(dense(n, query), query, heads),
      turned(dense(n, key), key, groups),
      dense(n, value),
      heads,
      { causal: true, groups, ...(config.window > 0 && l >= config.window_from ? { window: config.window - 1 } : {}) },
    )
    const a = add(h, trace.span(`${block}.attention_block`, n, dense(mixed, `${block}.attention.output`)))
    const m = norm(a, `${block}.norm`)
    const gated = mul(activation(dense(m, `${block}.gate`)), dense(m, `${block}.intermediate`))
    const out = add(a, trace.span(`${block}.feed_forward`, m, dense(gated, `${block}.output`)))
    h = trace.span(block, h, out)
  }
  return norm(h, "final.norm")
}

/** Each pair (a, b) of halves of a head, turned by `by` times its frequency: (a cos - b sin, b cos + a sin). */
const turnKeys = ({ shape, data }: HostTensor, by: number, checkpoint: Checkpoint): HostTensor => {
  const config = checkpoint.config as unknown as Config
  if (config.window > 0)
    throw new DataError(
      "a prefix is seen by every token here, and by those of the window alone elsewhere",
      "prefixes are exchanged on decoders without a sliding window",
    )
  const turned = Float32Array.from(data as Float32Array)
  const half = config.head_dim / 2
  frequencies(config).forEach((frequency, i) => {
    const [cos, sin] = [Math.cos(by * frequency), Math.sin(by * frequency)]
    for (let head = 0; head < data.length; head += config.head_dim) {
      const [a, b] = [Number(data[head + i]), Number(data[head + half + i])]
      turned[head + i] = a * cos - b * sin
      turned[head + half + i] = b * cos + a * sin
    }
  })
  return { shape, data: turned }
}

/** The norm of each head by itself (Qwen3): [length, heads * d] -> the same. */
const headNorm = (trace: Trace, x: Tensor, site: string, { head_dim, rms_norm_eps }: Config): Tensor => {
  const width = x.shape[1] as number
  const heads = reshape(x, ["length", width / head_dim, head_dim])
  return reshape(rmsNorm(heads, trace.weight(`${site}.norm.weight`), rms_norm_eps), ["length", width])
}

/** Scores of the next token: by the head, or by the embeddings where they serve as one. [.., width] -> [.., vocabulary] */
const nextToken = ({ weight }: Pick<Trace, "weight">, hidden: Tensor, { weights }: Checkpoint): Tensor =>
  weights["head.weight"]
    ? matmul(hidden, weight("head.weight"))
    : matmul(hidden, weight("embeddings.word"), { transposeB: true })

export default defineBackbone({
  name: "llama",
  summary: "Decoder of the Llama family: Llama, SmolLM, Mistral, Qwen2, Qwen3 (Touvron et al. 2023)",
  equation: "a = h + O attention(RQn(h), RKn(h), Vn(h));  h' = a + D (silu(G n(a)) * U n(a))",
  reference: "arXiv 2302.13971",
  checked:
    "HF transformers: hidden states, scores and generated texts of random checkpoints of four families and of a real one",
  options: Schema.Struct({
    max_tokens: encoderOptions.max_tokens,
    pooling: optional(
      words("last", "mean"),
      "last",
      "what the heads of a classification read: the state of the last token, or the mean over all tokens of the text",
    ),
    revision: encoderOptions.revision,
  }),
  modelTypes: MODELS,
  ...checkpointReader({ name: "llama", modelTypes: MODELS, prefixes: ["model."], blueprint }),
  tokenize,
  tokenizePrompts,
  tokenizeAnswers,
  detokenize,
  forward,
  nextToken,
  answers: ({ config }) => ((config.end as number) < 0 ? {} : { end: config.end as number }),
  turnKeys,
})
