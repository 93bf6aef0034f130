/**
 * T5 (Raffel et al. 2020), T5 1.1 and Flan-T5, mT5: an encoder, and a decoder that writes an answer. Pre-norm blocks,
 *   a = h + O attention(Q n(h), K n(h), V n(h)),  h' = a + D f(n(a)),
 * between these two in the decoder the same attention from the answer to the encoder's states. n: root mean square norm;
 * f(x) = relu(U x), or gelu(G x) * U x; scores q k^T are not divided by sqrt(d), and of the tokens of one text they get
 * a bias by their distance, in buckets that grow with it, which all blocks of a stack share.
 */
import {
  ACTIVATIONS,
  activationName,
  add,
  type Backbone,
  type Blueprint,
  type Checkpoint,
  type ConfigFile,
  checkpointReader,
  configFile,
  constant,
  DataError,
  defineBackbone,
  denseWeights,
  detokenize,
  encoderOptions,
  exact,
  gather,
  matmul,
  mul,
  normWeights,
  optional,
  Schema,
  type Site,
  scale,
  type Tensor,
  type Trace,
  tableWeight,
  tokenize,
  tokenizeAnswers,
  transformerSites,
  type WeightSource,
  words,
} from "../../src/plugin/index.ts"

const MODELS = ["t5", "mt5"] as const

/** What config.json says, as plain values that forward reads. */
type Config = ReturnType<typeof settings>

const settings = (file: ConfigFile) => {
  const feedForward = file.values.feed_forward_proj ?? "relu"
  const [gated, name] = /^gated-/.test(String(feedForward))
    ? [true, String(feedForward).slice(6)]
    : [false, feedForward]
  const activation = configFile({ feed_forward_proj: name }, file.location, "t5")
  return {
    d_model: file.whole("d_model"),
    d_kv: file.whole("d_kv"),
    d_ff: file.whole("d_ff"),
    num_heads: file.whole("num_heads"),
    num_layers: file.blocks("num_layers"),
    num_decoder_layers: file.blocks("num_decoder_layers", file.whole("num_layers")),
    vocab_size: file.whole("vocab_size"),
    buckets: file.whole("relative_attention_num_buckets", 32),
    reach: file.whole("relative_attention_max_distance", 128),
    layer_norm_epsilon: file.number("layer_norm_epsilon", 1e-6),
    gated,
    // gated-gelu is the tanh form
    activation: gated && name === "gelu" ? "gelu_new" : activationName(activation, "feed_forward_proj"),
    scaled: file.flag("tie_word_embeddings", true),
    start: file.whole("decoder_start_token_id", file.whole("pad_token_id", 0)),
    end: file.whole("eos_token_id", 1),
  }
}

/** A stack of blocks: what stands before its names, and which number its first block has. */
interface Stack {
  readonly prefix: "" | "decoder."
  readonly layers: number
  readonly first: number
}

const encoderOf = ({ num_layers: layers }: Config): Stack => ({ prefix: "", layers, first: 0 })
const decoderOf = ({ num_layers: first, num_decoder_layers: layers }: Config): Stack => ({
  prefix: "decoder.",
  layers,
  first,
})

/** `whole`: with the decoder. */
const blueprint =
  (whole: boolean) =>
  (file: ConfigFile): Blueprint => {
    const config = settings(file)
    if (config.num_heads < 1 || config.buckets < 4 || config.reach <= config.buckets / 2)
      throw new DataError(
        `config.json of "${file.location}" has ${config.num_heads} heads, ${config.buckets} buckets and a longest distance of ${config.reach}`,
        "a T5 has at least one head, four buckets, and distances beyond half the buckets",
      )
    const stacks = whole ? [encoderOf(config), decoderOf(config)] : [encoderOf(config)]
    const head = { name: "head.weight", from: "lm_head.weight", shape: [config.vocab_size, config.d_model] }
    return {
      config,
      width: config.d_model,
      layers: stacks.reduce((sum, { layers }) => sum + layers, 0),
      vocabulary: config.vocab_size,
      // distances have no end
      positions: Number.POSITIVE_INFINITY,
      weights: [
        tableWeight("embeddings.word", "shared.weight", [config.vocab_size, config.d_model]),
        ...stacks.flatMap((stack) => weightsOf(config, stack)),
        ...(whole ? [{ ...head, transposed: true, ofHead: true }] : []),
      ],
      sites: stacks.flatMap((stack) => sitesOf(config, stack)),
    }
  }

const sitesOf = ({ d_model: width, d_ff, d_kv, num_heads, gated }: Config, stack: Stack): readonly Site[] => {
  const { prefix, layers, first } = stack
  const queryWidth = num_heads * d_kv
  const shape = { layers, width, intermediate: d_ff, queryWidth, gated, norms: "before", finalNorm: true } as const
  // tokens may join those of a text, not those of an answer
  const joining = prefix === "" ? { embeddings: width } : {}
  const sites = transformerSites({ ...shape, ...joining }).map((site) => ({
    ...site,
    name: prefix + site.name,
    layer: first + site.layer,
  }))
  if (prefix === "") return sites
  return sites.flatMap((site) =>
    site.role === "attention_block"
      ? [
          site,
          ...sites
            .filter(({ name, layer }) => layer === site.layer && /\.attention/.test(name))
            .map((one) => ({ ...one, name: one.name.replace(".attention", ".cross_attention") })),
        ]
      : [site],
  )
}

/** The weights of a stack by our names and those of the files. */
const weightsOf = (config: Config, { prefix, layers }: Stack): readonly WeightSource[] => {
  const { d_model: width, d_ff: inner, num_heads: heads, d_kv, buckets, gated } = config
  const file = prefix || "encoder."
  const block = (layer: number): readonly WeightSource[] => {
    const [at, from] = [`${prefix}layer.${layer}`, `${file}block.${layer}.layer`]
    const dense = (name: string, source: string, input: number, out: number) =>
      denseWeights(`${at}.${name}`, `${from}.${source}`, [input, out], { bias: false })
    const norm = (name: string, place: number) =>
      normWeights(`${at}.${name}`, `${from}.${place}.layer_norm`, width, { bias: false })
    const attention = (name: string, place: number, source: string) => [
      ...norm(`${name}.norm`, place),
      ...dense(`${name}.query`, `${place}.${source}.q`, width, heads * d_kv),
      ...dense(`${name}.key`, `${place}.${source}.k`, width, heads * d_kv),
      ...dense(`${name}.value`, `${place}.${source}.v`, width, heads * d_kv),
      ...dense(`${name}.output`, `${place}.${source}.o`, heads * d_kv, width),
    ]
    const last = prefix === "" ? 1 : 2
    const into = `${last}.DenseReluDense`
    return [
      ...attention("attention", 0, "SelfAttention"),
      ...(prefix === "" ? [] : attention("cross_attention", 1, "EncDecAttention")),
      ...norm("norm", last),
      ...(gated ? dense("gate", `${into}.wi_0`, width, inner) : []),
      ...dense("intermediate", `${into}.${gated ? "wi_1" : "wi"}`, width, inner),
      ...dense("output", `${into}.wo`, inner, width),
    ]
  }
  const relative = `${file}block.0.layer.0.SelfAttention.relative_attention_bias.weight`
  return [
    tableWeight(`${prefix}attention.relative`, relative, [buckets, heads]),
    ...Array.from({ length: layers }, (_, layer) => block(layer)).flat(),
    ...normWeights(`${prefix}final.norm`, `${file}final_layer_norm`, width, { bias: false }),
  ]
}

/**
 * The bucket of a key n places behind its query, n = -reach .. reach: near distances have their own, beyond they grow
 * with the logarithm. Where a query sees `both` sides, either has half of the buckets; else what lies behind it has none.
 */
export const distanceBuckets = (both: boolean, buckets: number, reach: number): readonly number[] => {
  const side = both ? Math.floor(buckets / 2) : buckets
  const near = Math.floor(side / 2)
  const of = (distance: number): number => {
    if (distance < near) return distance
    const further = (exact.logarithm(distance / near) / exact.logarithm(reach / near)) * (side - near)
    // single precision, in which T5 computes it, is kind to distances on a border
    return Math.min(near + Math.floor(Math.fround(further)), side - 1)
  }
  return Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const behind = i - reach
    return behind > 0 ? (both ? side + of(behind) : 0) : of(Math.abs(behind))
  })
}

/** Blocks of a stack and its last norm; `states`: the encoder's, where the stack decodes. [length, width] -> the same. */
const stacked = (trace: Trace, checkpoint: Checkpoint, { prefix, layers, first }: Stack, states?: Tensor): Tensor => {
  const config = checkpoint.config as unknown as Config
  const { num_heads: heads, layer_norm_epsilon: epsilon, buckets, reach } = config
  const activation = ACTIVATIONS[config.activation]
  const norm = (x: Tensor, site: string) =>
    trace.norm(site, x, { kind: "rms", gain: trace.weight(`${site}.weight`), epsilon })
  const dense = (x: Tensor, site: string) => trace.linear(site, x, trace.weight(`${site}.weight`))
  const bucketed = constant([...distanceBuckets(prefix === "", buckets, reach)], "int")
  const places = { relative: gather(trace.weight(`${prefix}attention.relative`), bucketed), causal: prefix !== "" }
  /** Its change of h, of which the tokens of `seen` are read, or those of the text itself. */
  const attended = (h: Tensor, site: string, seen?: Tensor) => {
    const n = norm(h, `${site}.norm`)
    const read = seen ?? n
    const [q, k, v] = [dense(n, `${site}.query`), dense(read, `${site}.key`), dense(read, `${site}.value`)]
    const mixed = trace.attention(site, q, k, v, heads, { scale: 1, ...(seen ? {} : places) })
    return trace.span(`${site}_block`, n, dense(mixed, `${site}.output`))
  }

  const table = trace.weight("embeddings.word")
  let h = prefix === "" ? trace.embed("embeddings", table).tokens : gather(table, trace.ids)
  for (let l = 0; l < layers; l++) {
    const block = `${prefix}layer.${l}`
    h = trace.block(first + l, h)
    const own = add(h, attended(h, `${block}.attention`))
    const a = states ? add(own, attended(own, `${block}.cross_attention`, states)) : own
    const m = norm(a, `${block}.norm`)
    const inner = dense(m, `${block}.intermediate`)
    const active = config.gated ? mul(activation(dense(m, `${block}.gate`)), inner) : activation(inner)
    h = trace.span(block, h, add(a, trace.span(`${block}.feed_forward`, m, dense(active, `${block}.output`))))
  }
  return norm(h, `${prefix}final.norm`)
}

const forward = (trace: Trace, checkpoint: Checkpoint): Tensor =>
  stacked(trace, checkpoint, encoderOf(checkpoint.config as unknown as Config))

const decode = (trace: Trace, states: Tensor, checkpoint: Checkpoint): Tensor =>
  stacked(trace, checkpoint, decoderOf(checkpoint.config as unknown as Config), states)

/** Scores of the next token: by the head, or by the embeddings where they serve as one. [.., width] -> [.., vocabulary] */
const nextToken = ({ weight }: Pick<Trace, "weight">, hidden: Tensor, { weights, config }: Checkpoint): Tensor => {
  const h = config.scaled ? scale(hidden, 1 / Math.sqrt(config.d_model as number)) : hidden
  return weights["head.weight"]
    ? matmul(h, weight("head.weight"))
    : matmul(h, weight("embeddings.word"), { transposeB: true })
}

const reader = (whole: boolean) =>
  checkpointReader({ name: "t5", modelTypes: MODELS, prefixes: [], blueprint: blueprint(whole) })
const readers = { encoder: reader(false), encoder_decoder: reader(true) }

type Options = Parameters<typeof readers.encoder.load>[1] & { readonly network: keyof typeof readers }

const ofNetwork: Pick<Backbone<Options>, "load" | "fingerprint" | "extent"> = {
  extent: (location, options, place) => readers[options.network].extent(location, options, place),
  load: (location, options, place) => readers[options.network].load(location, options, place),
  fingerprint: (location, options, place) => readers[options.network].fingerprint(location, options, place),
}

export default defineBackbone({
  name: "t5",
  summary: "Encoder-decoder: T5, T5 1.1, Flan-T5, mT5 (Raffel et al. 2020)",
  equation: "a = h + O attention(Qn(h), Kn(h), Vn(h));  h' = a + D f(n(a)), f(x) = relu(Ux) or gelu(Gx) * Ux",
  reference: "arXiv 1910.10683",
  checked: "HF transformers: token ids, states, scores and generated texts of random checkpoints",
  options: Schema.Struct({
    ...encoderOptions,
    network: optional(
      words("encoder", "encoder_decoder"),
      "encoder",
      "the encoder alone, whose states heads of classes read, or also the decoder, which writes answers",
    ),
  }),
  modelTypes: MODELS,
  ...ofNetwork,
  tokenize,
  tokenizeAnswers,
  detokenize,
  mute: ({ network }: Options) =>
    network === "encoder" ? { why: "its decoder is not loaded", help: "write `network: encoder_decoder`" } : undefined,
  forward,
  decode,
  nextToken,
  answers: ({ config }) => ({ start: config.start as number, end: config.end as number }),
})
