/** Adapters (PEFT modules): what is added at a site, written for one example. */
import { parameter, type Tensor } from "../tensor/index.ts"
import type { Definition } from "./definition.ts"
import type { Initial, Initials } from "./parameters.ts"
import type { PeftForm } from "./peft_form.ts"
import type { Role, Site } from "./site.ts"
import type { AdapterPlace } from "./taxonomy.ts"

/** What an axis of a parameter counts: features of x, features of y (of an `attention` site keys and values), or the module's own. */
export type Axis = "x" | "y" | "own"

/** The axes of parameters, by name. */
export type Axes = Readonly<Record<string, readonly Axis[]>>

export interface Mode {
  readonly training: boolean
}

/** A low-rank update y + scale · (x A) B; x [.., in], A [in, rank], B [rank, out]. */
export interface Factors {
  readonly A: Tensor
  readonly B: Tensor
  readonly scale: number
}

/** The frozen layer at a site: of `linear` and `norm` sites its tensors, as symbols. */
export interface FrozenLayer {
  readonly site: Site
  /** [in, out] of a linear layer, the gain [width] of a norm. */
  readonly weight?: Tensor
  readonly bias?: Tensor
}

/** What joins the tokens: keys [n, in] and values [n, out] at an `attention` site, tokens [n, width] at `embeddings`. */
export type Extension = { readonly keys: Tensor; readonly values: Tensor } | { readonly tokens: Tensor }

/** An adapter with its options, as one that is made of others gets it. */
export interface Member {
  readonly name: string
  readonly sites: () => readonly Role[]
  readonly parameters: (site: Site) => Initials
  /** As those of an adapter; parameters by their own names. */
  readonly forward: (
    x: Tensor,
    y: Tensor,
    parameters: Readonly<Record<string, Tensor>>,
    mode: Mode,
    layer: FrozenLayer,
  ) => Tensor
  readonly extend: (parameters: Readonly<Record<string, Tensor>>, mode: Mode, site: Site) => Extension
  readonly axes: (site: Site) => Axes | undefined
}

export interface Adapter<Options = any, Parameters extends Initials = any> extends Definition<"adapter", Options> {
  /** Roles of the sites that it attaches to. */
  readonly sites: (options: Options) => readonly Role[]
  readonly parameters: (site: Site, options: Options) => Parameters
  /** At `linear`, `norm` and `block` sites: x [length, in] enters, y [length, out] leaves; the result takes y's place. */
  readonly forward?: (
    x: Tensor,
    y: Tensor,
    parameters: { readonly [K in keyof Parameters]: Tensor },
    options: Options,
    mode: Mode,
    layer: FrozenLayer,
  ) => Tensor
  /** At `attention` and `embeddings` sites: what joins the tokens. */
  readonly extend?: (
    parameters: { readonly [K in keyof Parameters]: Tensor },
    options: Options,
    mode: Mode,
    site: Site,
  ) => Extension
  /**
   * Declares that `forward` (without dropout) is a low-rank update: the core fuses a whole library of such modules into
   * two matrix products. Undefined where it is none with these options.
   */
  readonly factors?: (parameters: { readonly [K in keyof Parameters]: Tensor }, options: Options) => Factors | undefined
  /**
   * What the axes of each parameter at a site count: a transfer carries those of x and y to a backbone whose features are
   * others. Without it modules go only to where features are the same.
   */
  readonly axes?: (site: Site, options: Options) => Axes | undefined
  /** The option that lists the adapters that it is made of: names in a spec, `Member`s where the functions above get it. */
  readonly madeOf?: keyof Options & string
  /** These adapters, once the core has found them. */
  readonly members?: readonly Member[]
  /** Its place among modules, where `factors` or its sites don't say it: `{ computation: "adapter" }`. */
  readonly taxonomy?: AdapterPlace
  /** How Hugging Face's PEFT stores such modules, where it has them. */
  readonly peft?: PeftForm<Options>
}

/** Whether modules with these options are low-rank updates, asked on symbols of a site as good as any. */
export const isLowRank = (adapter: Adapter, options: unknown): boolean => {
  if (!adapter.factors) return false
  const [role] = adapter.sites(options)
  const site: Site = { name: "any", kind: "linear", layer: 0, role, in: 768, out: 768 }
  const symbols = Object.entries<Initial>(adapter.parameters(site, options)).map(([name, { shape }]) => [
    name,
    parameter(name, shape),
  ])
  return adapter.factors(Object.fromEntries(symbols), options) !== undefined
}
