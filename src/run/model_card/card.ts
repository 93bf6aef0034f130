/** What `l2r model inspect` tells. */
import type { Fit } from "./fits.ts"
import type { Shape } from "./shape.ts"
import type { SiteGroup } from "./site_groups.ts"
import type { Weights } from "./weights.ts"

export interface ModelCard {
  readonly location: string
  /** `model_type` of config.json. */
  readonly modelType: string | null
  /** The backbone plugin that reads it; null where none that ships does. */
  readonly backbone: string | null
  /** Of the network where a plugin reads it, else of all tensors of the files. */
  readonly parameters: number
  readonly shape: Shape
  readonly weights: Weights
  readonly tokenizer: { readonly kind: string; readonly pieces: number } | null
  readonly sites: readonly SiteGroup[]
  readonly adapters: readonly Fit[]
  /** sha256 over the files. */
  readonly digest: string
}
