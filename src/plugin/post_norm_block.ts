/**
 * The block of BERT and its kin, every part of it an attachment site:
 *   a = LN(h + O attention(Q h, K h, V h)),  h' = LN(a + U act(D a))
 * (Vaswani et al. 2017; Devlin et al. 2019).
 */
import { add, type Tensor } from "../tensor/index.ts"
import type { Trace } from "./backbone.ts"
import { denseWeights, normWeights, type WeightSource } from "./weight_sources.ts"

export interface PostNorm {
  readonly heads: number
  readonly epsilon: number
  readonly activation: (x: Tensor) => Tensor
  /** Where the weights of the block lie, `layer.<n>` unless blocks share them. */
  readonly weights?: string
}

/** Block `layer`, h [length, width] -> [length, width]. */
export const postNormBlock = (
  trace: Trace,
  layer: number,
  input: Tensor,
  { heads, epsilon, activation, weights = `layer.${layer}` }: PostNorm,
): Tensor => {
  const block = `layer.${layer}`
  const of = (part: string, kind: "weight" | "bias") => trace.weight(`${weights}.${part}.${kind}`)
  const dense = (x: Tensor, part: string) => trace.linear(`${block}.${part}`, x, of(part, "weight"), of(part, "bias"))
  const norm = (x: Tensor, part: string) =>
    trace.norm(`${block}.${part}`, x, { kind: "layer", gain: of(part, "weight"), bias: of(part, "bias"), epsilon })

  const h = trace.block(layer, input)
  const mixed = trace.attention(
    `${block}.attention`,
    dense(h, "attention.query"),
    dense(h, "attention.key"),
    dense(h, "attention.value"),
    heads,
  )
  const attended = trace.span(`${block}.attention_block`, h, dense(mixed, "attention.output"))
  const a = norm(add(attended, h), "attention.norm")
  const fed = dense(activation(dense(a, "intermediate")), "output")
  const out = norm(add(trace.span(`${block}.feed_forward`, a, fed), a), "norm")
  return trace.span(block, h, out)
}

/** Names of a block's tensors in the file, without `.weight` and `.bias`. */
export interface PostNormNames {
  readonly query: string
  readonly key: string
  readonly value: string
  readonly attentionOutput: string
  readonly attentionNorm: string
  readonly intermediate: string
  readonly output: string
  readonly norm: string
}

/** The weights of a block whose names begin with `block`, and in the file with `from`. */
export const postNormWeights = (
  block: string,
  from: string,
  { width, intermediate }: { readonly width: number; readonly intermediate: number },
  names: PostNormNames,
): readonly WeightSource[] => [
  ...denseWeights(`${block}.attention.query`, `${from}.${names.query}`, [width, width]),
  ...denseWeights(`${block}.attention.key`, `${from}.${names.key}`, [width, width]),
  ...denseWeights(`${block}.attention.value`, `${from}.${names.value}`, [width, width]),
  ...denseWeights(`${block}.attention.output`, `${from}.${names.attentionOutput}`, [width, width]),
  ...normWeights(`${block}.attention.norm`, `${from}.${names.attentionNorm}`, width),
  ...denseWeights(`${block}.intermediate`, `${from}.${names.intermediate}`, [width, intermediate]),
  ...denseWeights(`${block}.output`, `${from}.${names.output}`, [intermediate, width]),
  ...normWeights(`${block}.norm`, `${from}.${names.norm}`, width),
]

/** As BERT and RoBERTa name them. */
export const BERT_NAMES: PostNormNames = {
  query: "attention.self.query",
  key: "attention.self.key",
  value: "attention.self.value",
  attentionOutput: "attention.output.dense",
  attentionNorm: "attention.output.LayerNorm",
  intermediate: "intermediate.dense",
  output: "output.dense",
  norm: "output.LayerNorm",
}
