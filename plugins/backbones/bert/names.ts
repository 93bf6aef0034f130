/** Names of BERT's tensors: ours (canonical, dense layers as [in, out]) and Hugging Face's (dense layers as [out, in]). */
import type { Role, Site } from "../../../src/plugin/index.ts"

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
  const roles: readonly [string, Role, number, number][] = [
    ["attention.query", "query", width, width],
    ["attention.key", "key", width, width],
    ["attention.value", "value", width, width],
    ["attention.output", "attention_output", width, width],
    ["intermediate", "intermediate", width, intermediate],
    ["output", "output", intermediate, width],
  ]
  return Array.from({ length: layers }, (_, layer) =>
    roles.map(
      ([name, role, input, out]): Site => ({
        name: `layer.${layer}.${name}`,
        kind: "linear",
        layer,
        role,
        in: input,
        out,
      }),
    ),
  ).flat()
}
