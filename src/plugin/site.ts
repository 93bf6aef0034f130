/** Attachment sites: named points of a network where adapters attach. */

/** The role of a linear layer inside its block; the same word on every backbone family. */
export type Role = "query" | "key" | "value" | "attention_output" | "intermediate" | "output"

export interface Site {
  /** Canonical name: "layer.3.attention.query". */
  readonly name: string
  readonly kind: "linear"
  /** Block that holds the site, counted from 0. */
  readonly layer: number
  readonly role: Role
  /** Widths of the linear layer's input and output. */
  readonly in: number
  readonly out: number
}
