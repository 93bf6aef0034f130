/** Routers: how the modules of a library are composed for one example. */
import type { Features } from "../learning/class_statistics.ts"
import type { HostTensor, Tensor } from "../tensor/index.ts"
import type { Mode } from "./adapter.ts"
import type { Definition, NeedsClasses } from "./definition.ts"
import type { Initials } from "./parameters.ts"

/**
 * What the gates are computed from.
 * - `block`: the hidden state at the input of each block, [length, width]
 * - `site`: the input of each adapted linear layer, [length, in]
 * - `frozen_mean`, `frozen_cls`: pooled features of the frozen backbone, [width]
 * - `predictions`: of each module the largest log-probability under its own head, [modules]; of rows that select alone
 * - `task`: the true task, one-hot [modules]; declared, and shown in the table
 * - `draw`: a uniform number of the example's own random stream, [1]
 * - `nothing`: gates that depend on no input
 */
export type Query = "block" | "site" | "frozen_mean" | "frozen_cls" | "predictions" | "task" | "draw" | "nothing"

export interface Routing {
  readonly query: Query
  /** One set of gates for the whole network, for each block, or for each attachment site. */
  readonly level: "model" | "layer" | "site"
  /** One gate vector for an example or for each token (tokens need query `block` or `site`). */
  readonly granularity: "example" | "token"
  /** `outputs` and `parameters` compose; `select` predicts with the chosen module and its own head. */
  readonly aggregate: "outputs" | "parameters" | "select"
  /** What `parameters` means on low-rank modules: A and B averaged apart (default), or the average of their products. */
  readonly mix?: "factors" | "outer"
}

/** Sizes that a router's parameters depend on. */
export interface Sizes {
  /** Width of the query. */
  readonly width: number
  readonly modules: number
}

/** Features of the frozen backbone with what they belong to; tasks and classes are 0-based over the stage. */
export type Statistics = Features

/** The trained modules at one routing unit: for each module, its parameters by site. */
export interface LibraryUnit {
  readonly unit: string
  /** [module][site of the unit] low-rank factors, where the adapter declares them. */
  readonly factors: readonly (readonly {
    readonly site: string
    readonly A: HostTensor
    readonly B: HostTensor
    readonly scale: number
  }[])[]
}

export type Constants = Readonly<Record<string, HostTensor>>

export interface Router<Options = any, Parameters extends Initials = any> extends Definition<"router", Options> {
  readonly routing: (options: Options) => Routing
  /** What every module of a library must offer, or the row is "not defined". */
  readonly needs?: readonly "factors"[]
  /** Gates over the modules, [modules], written for one example. `p` holds parameters, and the constants of `prepare` or `statistics`. */
  readonly gates: (
    query: Tensor,
    p: Readonly<Record<string, Tensor>>,
    options: Options,
    mode: Mode & { readonly modules: number },
  ) => Tensor
  /** Trained by gradient on the memory, one set per routing unit. Absent: nothing is trained. */
  readonly parameters?: (sizes: Sizes, options: Options) => Parameters
  /** Zero-shot: constants from the trained weights, per routing unit. A string says why the library can't be served: the row's "not defined (reason)". */
  readonly prepare?: (library: LibraryUnit, options: Options) => Constants | string
  /** Constants from features of the frozen backbone (memory or all training data, as `statisticsFrom` says). */
  readonly statistics?: (given: Statistics, options: Options) => Constants
  readonly statisticsFrom?: (options: Options) => "memory" | "train"
  /** Where texts are answered in words, each task is one class of the statistics: why that won't do; nothing where it does. */
  readonly classes?: (options: Options) => NeedsClasses | undefined
}
