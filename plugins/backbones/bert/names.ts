/** The weights of a BERT by our names and Hugging Face's, and its attachment sites. */
import {
  BERT_NAMES,
  normWeights,
  postNormWeights,
  type Site,
  tableWeight,
  transformerSites,
  type WeightSource,
} from "../../../src/plugin/index.ts"

export interface Shape {
  readonly layers: number
  readonly width: number
  readonly intermediate: number
  readonly vocabulary: number
  readonly positions: number
}

/** All texts are of token type 0: its embedding joins the positions. */
export const TYPE_EMBEDDINGS = "embeddings.token_type_embeddings.weight"

export const weightsOf = (shape: Shape): readonly WeightSource[] => [
  tableWeight("embeddings.word", "embeddings.word_embeddings.weight", [shape.vocabulary, shape.width]),
  tableWeight("embeddings.position", "embeddings.position_embeddings.weight", [shape.positions, shape.width], {
    plusFirstRowOf: TYPE_EMBEDDINGS,
  }),
  ...normWeights("embeddings.norm", "embeddings.LayerNorm", shape.width),
  ...Array.from({ length: shape.layers }, (_, l) =>
    postNormWeights(`layer.${l}`, `encoder.layer.${l}`, shape, BERT_NAMES),
  ).flat(),
]

export const sitesOf = ({ layers, width, intermediate }: Shape): readonly Site[] =>
  transformerSites({ layers, width, intermediate, norms: "after", embeddings: width, embeddingsNorm: width })
