/**
 * RoBERTa (Liu et al. 2019, arXiv 1907.11692), XLM-RoBERTa (Conneau et al. 2019, arXiv 1911.02116), CamemBERT: the blocks of
 * BERT. Positions are counted from the one after the padding token's id, so the first rows of their table are not used.
 */
import {
  BERT_NAMES,
  checkpointReader,
  DataError,
  defineBackbone,
  encoderOptions,
  normWeights,
  postNormConfig,
  postNormEncoder,
  postNormWeights,
  Schema,
  tableWeight,
  tokenizeFramed,
  transformerSites,
} from "../../src/plugin/index.ts"

const modelTypes = ["roberta", "xlm-roberta", "camembert"]

export default defineBackbone({
  name: "roberta",
  modelTypes,
  summary: "RoBERTa, XLM-RoBERTa or CamemBERT from a checkpoint folder (Liu et al. 2019; Conneau et al. 2019)",
  equation: "a = LN(h + O attention(Qh, Kh, Vh));  h' = LN(a + U gelu(D a))",
  reference: "arXiv 1907.11692, 1911.02116",
  checked: "HF transformers: token ids and hidden states of random checkpoints",
  options: Schema.Struct(encoderOptions),
  ...checkpointReader({
    name: "roberta",
    modelTypes,
    prefixes: ["roberta."],
    blueprint: (config) => {
      const width = config.whole("hidden_size")
      const intermediate = config.whole("intermediate_size")
      const vocabulary = config.whole("vocab_size")
      const rows = config.whole("max_position_embeddings")
      const first = config.whole("pad_token_id", 1) + 1
      if (first < 0 || first >= rows)
        throw new DataError(
          `config.json of "${config.location}" has pad_token_id ${first - 1}, after which none of ${rows} positions is left`,
          "positions begin behind that of the padding token: take config.json and model.safetensors from the same checkpoint",
        )
      config.word("position_embedding_type", ["absolute"], "absolute")
      const read = postNormConfig(config)
      const layers = read.num_hidden_layers
      return {
        config: { ...read },
        width,
        layers,
        vocabulary,
        positions: rows - first,
        weights: [
          tableWeight("embeddings.word", "embeddings.word_embeddings.weight", [vocabulary, width]),
          tableWeight("embeddings.position", "embeddings.position_embeddings.weight", [rows, width], {
            rows: [first, rows],
            plusFirstRowOf: "embeddings.token_type_embeddings.weight",
          }),
          ...normWeights("embeddings.norm", "embeddings.LayerNorm", width),
          ...Array.from({ length: layers }, (_, l) =>
            postNormWeights(`layer.${l}`, `encoder.layer.${l}`, { width, intermediate }, BERT_NAMES),
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
