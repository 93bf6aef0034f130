/** The weights of a ModuleFormer, by our names and those of its authors, and its attachment sites. */
import {
  denseWeights,
  normWeights,
  type Site,
  tableWeight,
  transformerSites,
  type WeightSource,
} from "../../../src/plugin/index.ts"

export interface Shape {
  readonly layers: number
  readonly width: number
  /** Width of keys and values, and of the queries of an expert. */
  readonly attended: number
  /** Width within an expert of the feed-forward sub-layer. */
  readonly intermediate: number
  /** Width within a gate. */
  readonly gating: number
  readonly vocabulary: number
  /** Of each layer. */
  readonly attentionExperts: readonly number[]
  readonly mlpExperts: readonly number[]
  /** The embeddings serve as head. */
  readonly tied: boolean
}

/** The parts of a sub-layer of experts whose first axis is the experts; the rest of the gate is shared. */
export const EXPERT_PARTS = ["in", "out", "gate.out"] as const
/** The sub-layers of a block that have experts. */
export const expertLayers = (layer: number): readonly [attention: string, mlp: string] => [
  `layer.${layer}.attention.experts`,
  `layer.${layer}.experts`,
]

/** Experts [count, input, inner] and [count, inner, input], and their gate input -> gating -> count. */
const experts = (
  name: string,
  from: string,
  count: number,
  [input, inner, gating]: readonly [number, number, number],
): readonly WeightSource[] => [
  { name: `${name}.in`, from: `${from}.experts.weight`, shape: [count, input, inner] },
  { name: `${name}.out`, from: `${from}.output_experts.weight`, shape: [count, inner, input] },
  ...denseWeights(`${name}.gate.in`, `${from}.gate.w_gate.0`, [input, gating]),
  { name: `${name}.gate.out`, from: `${from}.gate.w_gate.3.weight`, shape: [count, gating] },
]

export const weightsOf = (shape: Shape): readonly WeightSource[] => {
  const { width, attended, intermediate, gating, vocabulary } = shape
  const block = (layer: number): readonly WeightSource[] => {
    const [attention, mlp] = expertLayers(layer)
    const at = `layer.${layer}`
    const from = `h.${layer}`
    return [
      ...normWeights(`${at}.attention.norm`, `${from}.ln_1`, width),
      ...experts(attention, `${from}.attn.q_proj`, shape.attentionExperts[layer], [width, attended, gating]),
      ...denseWeights(`${at}.attention.key`, `${from}.attn.k_proj`, [width, attended]),
      ...denseWeights(`${at}.attention.value`, `${from}.attn.v_proj`, [width, attended]),
      ...normWeights(`${at}.norm`, `${from}.ln_2`, width),
      ...experts(mlp, `${from}.mlpf`, shape.mlpExperts[layer], [width, intermediate, gating]),
    ]
  }
  const head = { name: "head.weight", from: "lm_head.weight", shape: [vocabulary, width], transposed: true }
  return [
    tableWeight("embeddings.word", "wte.weight", [vocabulary, width]),
    ...Array.from({ length: shape.layers }, (_, layer) => block(layer)).flat(),
    ...normWeights("final.norm", "ln_f", width),
    ...(shape.tied ? [] : [{ ...head, ofHead: true }]),
  ]
}

/** Roles of single matrices that a ModuleFormer has as experts, of which each token takes others. */
const OF_EXPERTS = ["query", "attention_output", "intermediate", "output"]

export const sitesOf = ({ layers, width, attended, intermediate }: Shape): readonly Site[] =>
  transformerSites({
    layers,
    width,
    intermediate,
    queryWidth: attended,
    norms: "before",
    embeddings: width,
    finalNorm: true,
  }).filter(({ role }) => !OF_EXPERTS.includes(role))
