/**
 * ModernBERT (Warner et al. 2024, arXiv 2412.13663): pre-norm blocks with rotary positions and gated feed-forward layers,
 *   a = h + O attention(R Q n(h), R K n(h), V n(h)),  h' = a + D (gelu(G n(a)) * U n(a)),
 * n: layer norm, without bias. Every third block sees all tokens, the others those within half a window to each side.
 * The embeddings are normalised, so the first block has no norm before its attention.
 */
import {
  ACTIVATIONS,
  activationName,
  add,
  type ConfigFile,
  checkpointReader,
  configFile,
  DataError,
  defineBackbone,
  denseWeights,
  encoderOptions,
  mul,
  normWeights,
  rotary,
  rotaryFrequencies,
  Schema,
  type Tensor,
  type Trace,
  tableWeight,
  tokenizeFramed,
  transformerSites,
  type WeightSource,
} from "../../src/plugin/index.ts"

type Config = ReturnType<typeof settings>

const FULL = "full_attention"
const LOCAL = "sliding_attention"

const settings = (file: ConfigFile) => {
  const layers = file.blocks("num_hidden_layers")
  return {
    num_hidden_layers: layers,
    num_attention_heads: file.heads("num_attention_heads", file.whole("hidden_size")),
    hidden_activation: activationName(file, "hidden_activation"),
    norm_eps: file.number("norm_eps", 1e-5),
    norm_bias: file.flag("norm_bias", false),
    attention_bias: file.flag("attention_bias", false),
    mlp_bias: file.flag("mlp_bias", false),
    /** Tokens to each side that a token of a local block sees. */
    reach: Math.floor(file.whole("local_attention", 128) / 2),
    /** A letter for each block: F sees all tokens, L those near it. */
    kinds: kindsOf(file, layers),
    full_theta: theta(file, FULL, "global_rope_theta", 160_000),
    local_theta: theta(file, LOCAL, "local_rope_theta", 10_000),
  }
}

const kindsOf = (file: ConfigFile, layers: number): string => {
  const every = file.whole("global_attn_every_n_layers", 3)
  const types: unknown =
    file.values.layer_types ?? Array.from({ length: layers }, (_, layer) => (layer % every === 0 ? FULL : LOCAL))
  if (!Array.isArray(types) || types.length !== layers || types.some((type) => type !== FULL && type !== LOCAL))
    throw new DataError(
      `config.json of "${file.location}" has layer_types ${JSON.stringify(types)}`,
      `it lists ${FULL} or ${LOCAL} for each of the ${layers} blocks`,
    )
  return types.map((type) => (type === FULL ? "F" : "L")).join("")
}

/** The base of the rotary frequencies: in `rope_parameters` of newer files, by its own key in older ones. */
const theta = (file: ConfigFile, kind: string, key: string, otherwise: number): number => {
  const all = (file.values.rope_parameters ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>> | null>>
  const own = configFile(all[kind] ?? {}, file.location, "modernbert")
  own.word("rope_type", ["default"], "default")
  if (file.values.rope_scaling)
    throw new DataError(
      `config.json of "${file.location}" scales its rotary positions (rope_scaling)`,
      "the backbone modernbert computes them as they were trained",
    )
  return own.number("rope_theta", file.number(key, otherwise))
}

const weightsOf = (
  { num_hidden_layers, norm_bias, attention_bias, mlp_bias }: Config,
  { width, intermediate, vocabulary }: Readonly<Record<"width" | "intermediate" | "vocabulary", number>>,
): readonly WeightSource[] => {
  const norm = (name: string, from: string) => normWeights(name, from, width, { bias: norm_bias })
  const block = (l: number): readonly WeightSource[] => {
    const [ours, theirs] = [`layer.${l}`, `layers.${l}`]
    const attention = (role: string, at: number) =>
      denseWeights(`${ours}.attention.${role}`, `${theirs}.attn.Wqkv`, [width, width], {
        bias: attention_bias,
        part: [at, 3],
      })
    const input = (name: string, at: number) =>
      denseWeights(`${ours}.${name}`, `${theirs}.mlp.Wi`, [width, intermediate], { bias: mlp_bias, part: [at, 2] })
    return [
      ...(l > 0 ? norm(`${ours}.attention.norm`, `${theirs}.attn_norm`) : []),
      ...["query", "key", "value"].flatMap(attention),
      ...denseWeights(`${ours}.attention.output`, `${theirs}.attn.Wo`, [width, width], { bias: attention_bias }),
      ...norm(`${ours}.norm`, `${theirs}.mlp_norm`),
      ...["gate", "intermediate"].flatMap(input),
      ...denseWeights(`${ours}.output`, `${theirs}.mlp.Wo`, [intermediate, width], { bias: mlp_bias }),
    ]
  }
  return [
    tableWeight("embeddings.word", "embeddings.tok_embeddings.weight", [vocabulary, width]),
    ...norm("embeddings.norm", "embeddings.norm"),
    ...Array.from({ length: num_hidden_layers }, (_, l) => block(l)).flat(),
    ...norm("final.norm", "final_norm"),
  ]
}

const forward = (trace: Trace, config: Config, width: number): Tensor => {
  const { num_hidden_layers, num_attention_heads: heads, norm_eps: epsilon, kinds, reach } = config
  const activation = ACTIVATIONS[config.hidden_activation]
  const turns = { F: config.full_theta, L: config.local_theta }
  const bias = (has: boolean, site: string) => (has ? trace.weight(`${site}.bias`) : undefined)
  const norm = (x: Tensor, site: string) => {
    const gain = trace.weight(`${site}.weight`)
    return trace.norm(site, x, { kind: "layer", gain, bias: bias(config.norm_bias, site), epsilon })
  }
  const dense = (x: Tensor, site: string, biased: boolean) =>
    trace.linear(site, x, trace.weight(`${site}.weight`), bias(biased, site))

  const { tokens, positions } = trace.embed("embeddings", trace.weight("embeddings.word"))
  let h = norm(tokens, "embeddings.norm")
  for (let l = 0; l < num_hidden_layers; l++) {
    const block = `layer.${l}`
    const kind = kinds[l] as keyof typeof turns
    const frequencies = rotaryFrequencies(width / heads, turns[kind])
    const turned = (x: Tensor) => rotary(x, positions, heads, frequencies)
    const projected = (x: Tensor, role: string) => dense(x, `${block}.attention.${role}`, config.attention_bias)
    h = trace.block(l, h)
    const n = l > 0 ? norm(h, `${block}.attention.norm`) : h
    const mixed = trace.attention(
      `${block}.attention`,
      turned(projected(n, "query")),
      turned(projected(n, "key")),
      projected(n, "value"),
      heads,
      kind === "L" ? { window: reach } : {},
    )
    const a = add(h, trace.span(`${block}.attention_block`, n, projected(mixed, "output")))
    const m = norm(a, `${block}.norm`)
    const gate = activation(dense(m, `${block}.gate`, config.mlp_bias))
    const gated = mul(gate, dense(m, `${block}.intermediate`, config.mlp_bias))
    const fed = dense(gated, `${block}.output`, config.mlp_bias)
    h = trace.span(block, h, add(a, trace.span(`${block}.feed_forward`, m, fed)))
  }
  return norm(h, "final.norm")
}

const modelTypes = ["modernbert"]

export default defineBackbone({
  name: "modernbert",
  modelTypes,
  summary: "ModernBERT from a checkpoint folder: rotary positions, local and global attention (Warner et al. 2024)",
  equation: "a = h + O attention(RQn(h), RKn(h), Vn(h));  h' = a + D (gelu(G n(a)) * U n(a))",
  reference: "arXiv 2412.13663",
  checked: "HF transformers: token ids and hidden states of a random checkpoint",
  options: Schema.Struct(encoderOptions),
  ...checkpointReader({
    name: "modernbert",
    modelTypes,
    prefixes: ["model."],
    blueprint: (file) => {
      const config = settings(file)
      const [layers, width] = [config.num_hidden_layers, file.whole("hidden_size")]
      const intermediate = file.whole("intermediate_size")
      const vocabulary = file.whole("vocab_size")
      const shape = { layers, width, intermediate, gated: true, norms: "before", finalNorm: true } as const
      return {
        config,
        width,
        layers,
        vocabulary,
        positions: file.whole("max_position_embeddings"),
        weights: weightsOf(config, { width, intermediate, vocabulary }),
        sites: transformerSites({ ...shape, embeddings: width, embeddingsNorm: width }).filter(
          ({ name }) => name !== "layer.0.attention.norm",
        ),
      }
    },
  }),
  tokenize: tokenizeFramed,
  forward: (trace, { config, width }) => forward(trace, config as unknown as Config, width),
})
