/** Names of BERT's tensors: ours (canonical, dense layers as [in, out]) and Hugging Face's (dense layers as [out, in]). */
import type { Role, Site, SiteKind } from "../../../src/plugin/index.ts"

export interface Shape {
  readonly layers: number
  readonly width: number
  readonly intermediate: number
  readonly vocabulary: number
  readonly positions: number
}

export interface Named {
  readonly ours: string
  readonly theirs: string
  /** Shape in the file. */
  readonly shape: readonly number[]
  /** Stored [out, in] there, [in, out] here. */
  readonly transposed: boolean
}

const dense = (ours: string, theirs: string, out: number, input: number): Named[] => [
  { ours: `${ours}.weight`, theirs: `${theirs}.weight`, shape: [out, input], transposed: true },
  { ours: `${ours}.bias`, theirs: `${theirs}.bias`, shape: [out], transposed: false },
]
const norm = (ours: string, theirs: string, width: number): Named[] =>
  ["weight", "bias"].map((part) => ({
    ours: `${ours}.${part}`,
    theirs: `${theirs}.${part}`,
    shape: [width],
    transposed: false,
  }))

export const tensorNames = ({ layers, width, intermediate, vocabulary, positions }: Shape): readonly Named[] => [
  {
    ours: "embeddings.word",
    theirs: "embeddings.word_embeddings.weight",
    shape: [vocabulary, width],
    transposed: false,
  },
  {
    ours: "embeddings.position",
    theirs: "embeddings.position_embeddings.weight",
    shape: [positions, width],
    transposed: false,
  },
  ...norm("embeddings.norm", "embeddings.LayerNorm", width),
  ...Array.from({ length: layers }, (_, l) => {
    const [ours, theirs] = [`layer.${l}`, `encoder.layer.${l}`]
    return [
      ...dense(`${ours}.attention.query`, `${theirs}.attention.self.query`, width, width),
      ...dense(`${ours}.attention.key`, `${theirs}.attention.self.key`, width, width),
      ...dense(`${ours}.attention.value`, `${theirs}.attention.self.value`, width, width),
      ...dense(`${ours}.attention.output`, `${theirs}.attention.output.dense`, width, width),
      ...norm(`${ours}.attention.norm`, `${theirs}.attention.output.LayerNorm`, width),
      ...dense(`${ours}.intermediate`, `${theirs}.intermediate.dense`, intermediate, width),
      ...dense(`${ours}.output`, `${theirs}.output.dense`, width, intermediate),
      ...norm(`${ours}.norm`, `${theirs}.output.LayerNorm`, width),
    ]
  }).flat(),
]

/** Added to every position: token type 0. */
export const TYPE_EMBEDDINGS = "embeddings.token_type_embeddings.weight"

export const sitesOf = ({ layers, width, intermediate }: Shape): readonly Site[] => {
  const inBlock: readonly [string, SiteKind, Role, number, number][] = [
    [".attention.query", "linear", "query", width, width],
    [".attention.key", "linear", "key", width, width],
    [".attention.value", "linear", "value", width, width],
    [".attention", "attention", "attention", width, width],
    [".attention.output", "linear", "attention_output", width, width],
    [".attention_block", "block", "attention_block", width, width],
    [".attention.norm", "norm", "attention_norm", width, width],
    [".intermediate", "linear", "intermediate", width, intermediate],
    [".output", "linear", "output", intermediate, width],
    [".feed_forward", "block", "feed_forward_block", width, width],
    [".norm", "norm", "output_norm", width, width],
    ["", "block", "block", width, width],
  ]
  const site = (name: string, kind: SiteKind, layer: number, role: Role, input: number, out: number): Site => ({
    name,
    kind,
    layer,
    role,
    in: input,
    out,
  })
  return [
    site("embeddings.norm", "norm", 0, "embeddings_norm", width, width),
    ...Array.from({ length: layers }, (_, layer) =>
      inBlock.map(([part, kind, role, input, out]) => site(`layer.${layer}${part}`, kind, layer, role, input, out)),
    ).flat(),
  ]
}
