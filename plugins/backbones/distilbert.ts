/** DistilBERT (Sanh et al. 2019, arXiv 1910.01108): the blocks of BERT, half as many, without token types. */
import {
  activationName,
  checkpointReader,
  defineBackbone,
  encoderOptions,
  normWeights,
  type PostNormConfig,
  type PostNormNames,
  postNormEncoder,
  postNormWeights,
  Schema,
  tableWeight,
  tokenizeFramed,
  transformerSites,
} from "../../src/plugin/index.ts"

const NAMES: PostNormNames = {
  query: "attention.q_lin",
  key: "attention.k_lin",
  value: "attention.v_lin",
  attentionOutput: "attention.out_lin",
  attentionNorm: "sa_layer_norm",
  intermediate: "ffn.lin1",
  output: "ffn.lin2",
  norm: "output_layer_norm",
}

const modelTypes = ["distilbert"]

export default defineBackbone({
  name: "distilbert",
  modelTypes,
  summary: "DistilBERT from a checkpoint folder (Sanh et al. 2019)",
  equation: "a = LN(h + O attention(Qh, Kh, Vh));  h' = LN(a + U gelu(D a))",
  reference: "arXiv 1910.01108",
  checked: "HF transformers: token ids and hidden states of a random checkpoint",
  options: Schema.Struct(encoderOptions),
  ...checkpointReader({
    name: "distilbert",
    modelTypes,
    prefixes: ["distilbert."],
    blueprint: (config) => {
      const layers = config.blocks("n_layers")
      const width = config.whole("dim")
      const intermediate = config.whole("hidden_dim")
      const vocabulary = config.whole("vocab_size")
      const positions = config.whole("max_position_embeddings")
      const read: PostNormConfig = {
        num_hidden_layers: layers,
        num_attention_heads: config.heads("n_heads", width),
        hidden_act: activationName(config, "activation"),
        layer_norm_eps: 1e-12,
      }
      return {
        config: { ...read },
        width,
        layers,
        vocabulary,
        positions,
        weights: [
          tableWeight("embeddings.word", "embeddings.word_embeddings.weight", [vocabulary, width]),
          tableWeight("embeddings.position", "embeddings.position_embeddings.weight", [positions, width]),
          ...normWeights("embeddings.norm", "embeddings.LayerNorm", width),
          ...Array.from({ length: layers }, (_, l) =>
            postNormWeights(`layer.${l}`, `transformer.layer.${l}`, { width, intermediate }, NAMES),
          ).flat(),
        ],
        sites: transformerSites({
          layers,
          width,
          intermediate,
          norms: "after",
          embeddings: width,
          embeddingsNorm: width,
        }),
      }
    },
  }),
  tokenize: tokenizeFramed,
  forward: postNormEncoder,
})
