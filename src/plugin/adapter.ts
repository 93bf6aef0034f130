/** Adapters (PEFT modules): what is added at a site, written for one example. */
import type { Tensor } from "../tensor/index.ts"
import type { Definition } from "./definition.ts"
import type { Initials } from "./parameters.ts"
import type { Role, Site } from "./site.ts"

export interface Mode {
  readonly training: boolean
}

/** A low-rank update y + scale · (x A) B; x [.., in], A [in, rank], B [rank, out]. */
export interface Factors {
  readonly A: Tensor
  readonly B: Tensor
  readonly scale: number
}

export interface Adapter<Options = any, Parameters extends Initials = any> extends Definition<"adapter", Options> {
  /** Roles of the linear layers that it attaches to. */
  readonly sites: (options: Options) => readonly Role[]
  readonly parameters: (site: Site, options: Options) => Parameters
  /** x [length, in] enters the linear layer, y [length, out] leaves it; the result takes y's place. */
  readonly forward: (
    x: Tensor,
    y: Tensor,
    parameters: { readonly [K in keyof Parameters]: Tensor },
    options: Options,
    mode: Mode,
  ) => Tensor
  /** Declares that `forward` (without dropout) is a low-rank update: the core fuses a whole library of such modules into two matrix products. */
  readonly factors?: (parameters: { readonly [K in keyof Parameters]: Tensor }, options: Options) => Factors
}
