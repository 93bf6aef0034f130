/** Routers: how the modules of a library are composed for one example. */
import type { Features } from "../learning/class_statistics.ts"
import type { HostTensor, Tensor } from "../tensor/index.ts"
import type { Mode } from "./adapter.ts"
import type { Arrays, FisherOptions } from "./composition.ts"
import type { Definition, NeedsClasses } from "./definition.ts"
import type { Initials } from "./parameters.ts"
import type { AloneFit, Fit, FitStep, Sizes } from "./router_fit.ts"
import type { Role } from "./site.ts"
import type { RouterPlace } from "./taxonomy.ts"

/**
 * What the gates are computed from.
 * - `block`: the hidden state at the input of each block, [length, width]
 * - `site`: the input of each adapted linear layer, [length, in]
 * - `outputs`: what leaves each adapted site, [length, out], beside what each module would add to it
 * - `embeddings`: the rows of the table of embeddings, [length, width]
 * - `first_pass`: the last hidden state of the frozen backbone, from a pass of its own before the one that is routed, [length, width]
 * - `frozen_mean`, `frozen_cls`: pooled features of the frozen backbone, [width]
 * - `predictions`: of each module the largest log-probability under its own head, [modules]; of rows that select alone
 * - `task`: the true task, one-hot [modules]; declared, and shown in the table
 * - `draw`: a uniform number of the example's own random stream, [1]
 * - `nothing`: gates that depend on no input
 */
export type Query =
  | "block"
  | "site"
  | "outputs"
  | "embeddings"
  | "first_pass"
  | "frozen_mean"
  | "frozen_cls"
  | "predictions"
  | "task"
  | "draw"
  | "nothing"

/** Queries that are states of the forward pass, one for each token; of these alone a router may gate tokens. */
export const TOKEN_QUERIES: readonly Query[] = ["block", "site", "outputs", "embeddings", "first_pass"]

export interface Routing {
  readonly query: Query
  /** One set of gates for the whole network, for each block, or for each attachment site. */
  readonly level: "model" | "layer" | "site"
  /** One gate vector for an example or for each token (which needs a query that has tokens). */
  readonly granularity: "example" | "token"
  /** `outputs` and `parameters` compose; `select` predicts with the chosen module and its own head. */
  readonly aggregate: "outputs" | "parameters" | "select"
  /** What `parameters` means on low-rank modules: A and B averaged apart (default), or the average of their products. */
  readonly mix?: "factors" | "outer"
}

/** Features of the frozen backbone with what they belong to; tasks and classes are 0-based over the stage. */
export type Statistics = Features

/** Low-rank factors of a module at a site: y + scale · (x A) B; A [in, rank], B [rank, out]. */
export interface SiteFactors {
  readonly site: string
  readonly A: HostTensor
  readonly B: HostTensor
  readonly scale: number
}

/** The trained modules at one routing unit: for each module, its parameters by site. */
export interface LibraryUnit {
  readonly unit: string
  /** The task of each module. */
  readonly tasks: readonly string[]
  /** [module][site of the unit] low-rank factors, where the adapter declares them. */
  readonly factors: readonly (readonly SiteFactors[])[]
  /** The same of all sites that read what the sites of the unit read (query, key and value of a block read one state). */
  readonly sharing: readonly (readonly SiteFactors[])[]
  /** [module] the diagonal of its Fisher information by "<site>/<parameter>", at all its sites: where the router asks for it. */
  readonly fisher?: readonly Arrays[]
}

/** The parameters of one module at one site. */
export interface ModuleAtSite {
  readonly task: string
  readonly parameters: Readonly<Record<string, HostTensor>>
}

export interface SiteOfLibrary {
  readonly site: string
  readonly role: Role
  readonly modules: readonly ModuleAtSite[]
}

export type Constants = Readonly<Record<string, HostTensor>>

/** How gates are asked for. */
export interface Gating extends Mode {
  readonly modules: number
  /** Of the query `outputs`: what each module adds to it, [length, out]. */
  readonly changes?: readonly Tensor[]
}

export interface Router<Options = any, Parameters extends Initials = any> extends Definition<"router", Options> {
  readonly routing: (options: Options) => Routing
  /** What every module of a library must offer, or the row is "not defined". */
  readonly needs?: readonly "factors"[]
  /** Gates over the modules, [modules], written for one example. `p` holds parameters, and the constants of `prepare` or `statistics`. */
  readonly gates: (query: Tensor, p: Readonly<Record<string, Tensor>>, options: Options, mode: Gating) => Tensor
  /** What is weighed in the place of what a module gives, [length, out]: of routers with the query `outputs`. */
  readonly value?: (change: Tensor, p: Readonly<Record<string, Tensor>>, options: Options) => Tensor
  /** Fitted, one set per routing unit; by gradient on the memory unless `fit` says otherwise. Absent: nothing is trained. */
  readonly parameters?: (sizes: Sizes, options: Options) => Parameters
  readonly fit?: (options: Options) => Fit
  /** A term of the router's own beside the loss of the tasks: one number for the batch, or one for each example or token, whose mean it is. */
  readonly loss?: (step: FitStep, options: Options) => Tensor
  /** A gate that is trained with each module alone: `gates` finds its parameters stacked, [modules, ...]. */
  readonly alone?: AloneFit<Options>
  /** Changes the weights of the library before anything is made of them: the parameters of each module at a site. A string says why it can't be served. */
  readonly transform?: (site: SiteOfLibrary, options: Options) => readonly ModuleAtSite["parameters"][] | string
  /** Zero-shot: constants from the trained weights, per routing unit. A string says why the library can't be served: the row's "not defined (reason)". */
  readonly prepare?: (library: LibraryUnit, options: Options) => Constants | string
  /** The diagonal of every module's Fisher information is computed, on training texts of its task, and handed to `prepare`. */
  readonly fisher?: (options: Options) => FisherOptions
  /**
   * Constants from features of the frozen backbone (memory or all training data, as `statisticsFrom` says). Of a router that
   * reads `block` or `site` they are found for each unit, from what enters it, pooled as `pooled` says.
   */
  readonly statistics?: (given: Statistics, options: Options) => Constants
  readonly statisticsFrom?: (options: Options) => "memory" | "train"
  /** How the tokens of a unit's query become one vector for statistics; by default their mean. */
  readonly pooled?: (options: Options) => "mean" | "cls" | "last"
  /** Where its gates for an example depend on the batch that it stands in, as the original's do: the table marks the row. */
  readonly leaks?: (options: Options) => "batch" | undefined
  /** How it chooses, where that can't be derived: of what is trained, and of what keeps the k best. */
  readonly taxonomy?: RouterPlace
  /** Where texts are answered in words, each task is one class of the statistics: why that won't do; nothing where it does. */
  readonly classes?: (options: Options) => NeedsClasses | undefined
}
