/** The attachment sites of a stack of transformer blocks, by the names and roles that are the same on every family. */
import type { Role, Site, SiteKind } from "./site.ts"

export interface TransformerShape {
  readonly layers: number
  readonly width: number
  /** Width within the feed-forward sub-layer. */
  readonly intermediate: number
  /** Widths of queries, and of keys and values, where they are not that of the state. */
  readonly queryWidth?: number
  readonly keyWidth?: number
  /** The feed-forward sub-layer is output(activation(gate x) * intermediate x). */
  readonly gated?: boolean
  /** A norm stands after the residual of its sub-layer (BERT), or before the sub-layer. */
  readonly norms: "after" | "before"
  /** Width of the embeddings where tokens may join the text, which then begins with `trace.embed`. */
  readonly embeddings?: number
  /** Width of the norm of the embeddings, where they have one. */
  readonly embeddingsNorm?: number
  /** A norm after the last block. */
  readonly finalNorm?: boolean
}

/** In the order of computation. */
export const transformerSites = ({
  layers,
  width,
  intermediate,
  queryWidth = width,
  keyWidth = queryWidth,
  gated = false,
  norms,
  embeddings,
  embeddingsNorm,
  finalNorm = false,
}: TransformerShape): readonly Site[] => {
  const inner: readonly Part[] = [
    [".attention.query", "linear", "query", width, queryWidth],
    [".attention.key", "linear", "key", width, keyWidth],
    [".attention.value", "linear", "value", width, keyWidth],
    [".attention", "attention", "attention", keyWidth, keyWidth],
    [".attention.output", "linear", "attention_output", queryWidth, width],
    [".attention_block", "block", "attention_block", width, width],
  ]
  const feedForward: readonly Part[] = [
    ...(gated ? [[".gate", "linear", "gate", width, intermediate] as const] : []),
    [".intermediate", "linear", "intermediate", width, intermediate],
    [".output", "linear", "output", intermediate, width],
    [".feed_forward", "block", "feed_forward_block", width, width],
  ]
  const attentionNorm: Part = [".attention.norm", "norm", "attention_norm", width, width]
  const outputNorm: Part = [".norm", "norm", "output_norm", width, width]
  const parts: readonly Part[] = [
    ...(norms === "before"
      ? [attentionNorm, ...inner, outputNorm, ...feedForward]
      : [...inner, attentionNorm, ...feedForward, outputNorm]),
    ["", "block", "block", width, width],
  ]
  return [
    ...(embeddings ? [site("embeddings", 0, "embeddings", "embeddings", embeddings, embeddings)] : []),
    ...(embeddingsNorm ? [site("embeddings.norm", 0, "norm", "embeddings_norm", embeddingsNorm, embeddingsNorm)] : []),
    ...Array.from({ length: layers }, (_, layer) =>
      parts.map(([part, kind, role, input, out]) => site(`layer.${layer}${part}`, layer, kind, role, input, out)),
    ).flat(),
    ...(finalNorm ? [site("final.norm", layers - 1, "norm", "final_norm", width, width)] : []),
  ]
}

type Part = readonly [name: string, kind: SiteKind, role: Role, input: number, out: number]

const site = (name: string, layer: number, kind: SiteKind, role: Role, input: number, out: number): Site => ({
  name,
  kind,
  layer,
  role,
  in: input,
  out,
})
