/**
 * ALBERT (Lan et al. 2019, arXiv 1909.11942): the blocks of BERT, whose weights the layers of a group share; embeddings are
 * narrower than the state and projected, h = LN(word + position) P + p. Every layer has sites of its own.
 */
import {
  ACTIVATIONS,
  add,
  checkpointReader,
  defineBackbone,
  denseWeights,
  embedded,
  encoderOptions,
  matmul,
  normWeights,
  type PostNormConfig,
  type PostNormNames,
  postNormBlock,
  postNormConfig,
  postNormWeights,
  Schema,
  tableWeight,
  tokenizeFramed,
  transformerSites,
} from "../../src/plugin/index.ts"

const NAMES: PostNormNames = {
  query: "attention.query",
  key: "attention.key",
  value: "attention.value",
  attentionOutput: "attention.dense",
  attentionNorm: "attention.LayerNorm",
  intermediate: "ffn",
  output: "ffn_output",
  norm: "full_layer_layer_norm",
}

/** A layer is `inner_group_num` blocks; its group is the one of its place among all layers. */
interface Sharing {
  readonly num_hidden_groups: number
  readonly inner_group_num: number
}

const modelTypes = ["albert"]

export default defineBackbone({
  name: "albert",
  modelTypes,
  summary: "ALBERT from a checkpoint folder: layers share their weights (Lan et al. 2019)",
  equation: "a = LN(h + O attention(Qh, Kh, Vh));  h' = LN(a + U gelu(D a))",
  reference: "arXiv 1909.11942",
  checked: "HF transformers: token ids and hidden states of a random checkpoint",
  options: Schema.Struct(encoderOptions),
  ...checkpointReader({
    name: "albert",
    modelTypes,
    prefixes: ["albert."],
    blueprint: (config) => {
      const width = config.whole("hidden_size")
      const narrow = config.whole("embedding_size")
      const intermediate = config.whole("intermediate_size")
      const vocabulary = config.whole("vocab_size")
      const positions = config.whole("max_position_embeddings")
      config.word("position_embedding_type", ["absolute"], "absolute")
      const read = postNormConfig(config)
      const inner = config.blocks("inner_group_num", 1)
      const groups = config.blocks("num_hidden_groups", 1, inner)
      const layers = config.blocks("num_hidden_layers", undefined, inner) * inner
      const sharing: Sharing = { num_hidden_groups: groups, inner_group_num: inner }
      return {
        config: { ...read, ...sharing },
        width,
        layers,
        vocabulary,
        positions,
        weights: [
          tableWeight("embeddings.word", "embeddings.word_embeddings.weight", [vocabulary, narrow]),
          tableWeight("embeddings.position", "embeddings.position_embeddings.weight", [positions, narrow], {
            plusFirstRowOf: "embeddings.token_type_embeddings.weight",
          }),
          ...normWeights("embeddings.norm", "embeddings.LayerNorm", narrow),
          ...denseWeights("embeddings.projection", "encoder.embedding_hidden_mapping_in", [narrow, width]),
          ...Array.from({ length: groups * inner }, (_, at) => {
            const [group, place] = [Math.floor(at / inner), at % inner]
            const from = `encoder.albert_layer_groups.${group}.albert_layers.${place}`
            return postNormWeights(`group.${group}.${place}`, from, { width, intermediate }, NAMES)
          }).flat(),
        ],
        sites: transformerSites({
          layers,
          width,
          intermediate,
          norms: "after",
          embeddings: narrow,
          embeddingsNorm: narrow,
        }),
      }
    },
  }),
  tokenize: tokenizeFramed,
  forward: (trace, { config }) => {
    const { num_hidden_layers, num_attention_heads, hidden_act, layer_norm_eps, ...sharing } =
      config as unknown as PostNormConfig & Sharing
    const { num_hidden_groups: groups, inner_group_num: inner } = sharing
    const block = { heads: num_attention_heads, epsilon: layer_norm_eps, activation: ACTIVATIONS[hidden_act] }
    const projection = (part: string) => trace.weight(`embeddings.projection.${part}`)
    let h = add(matmul(embedded(trace, layer_norm_eps), projection("weight")), projection("bias"))
    for (let layer = 0; layer < num_hidden_layers; layer++) {
      const group = Math.floor(layer / (num_hidden_layers / groups))
      for (let place = 0; place < inner; place++)
        h = postNormBlock(trace, layer * inner + place, h, { ...block, weights: `group.${group}.${place}` })
    }
    return h
  },
})
