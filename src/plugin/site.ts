/** Attachment sites: named points of a network where adapters attach. */

/**
 * What a site is, and so what an adapter may do there.
 * - `linear`: x [length, in] enters a linear layer, y [length, out] leaves it
 * - `norm`: x is the normalised state, y = x * gain + bias
 * - `block`: x enters a stretch of the network (a sub-layer before its residual, or a whole block), y leaves it
 * - `attention`: further keys and values may join those of the tokens
 * - `embeddings`: further tokens may join those of the text
 */
export type SiteKind = "linear" | "norm" | "block" | "attention" | "embeddings"

/** The role of a linear layer inside its block; the same word on every backbone family. `gate` is that of gated feed-forward layers. */
export const LINEAR_ROLES = ["query", "key", "value", "attention_output", "intermediate", "gate", "output"] as const
export const NORM_ROLES = ["embeddings_norm", "attention_norm", "output_norm", "final_norm"] as const
/** The attention sub-layer, the feed-forward sub-layer, the whole block. */
export const BLOCK_ROLES = ["attention_block", "feed_forward_block", "block"] as const

export type Role =
  | (typeof LINEAR_ROLES)[number]
  | (typeof NORM_ROLES)[number]
  | (typeof BLOCK_ROLES)[number]
  | "attention"
  | "embeddings"

export interface Site {
  /** Canonical name: "layer.3.attention.query", "layer.3.attention.norm", "layer.3.feed_forward", "layer.3", "embeddings". */
  readonly name: string
  readonly kind: SiteKind
  /** Block that holds the site, counted from 0; of what stands before the first block 0, after the last one the last. */
  readonly layer: number
  readonly role: Role
  /** Widths of x and y; of an `attention` site the widths of its keys and values, of `embeddings` the width of a token. */
  readonly in: number
  readonly out: number
}
