/** Compositions: a library of trained modules becomes one module, without a router. Pure functions on weights. */
import type { HostTensor, RandomStream } from "../tensor/index.ts"
import type { Definition } from "./definition.ts"

export type Arrays = Readonly<Record<string, HostTensor>>

/** A low-rank update of a linear layer, scale · A B: A [in, rank], B [rank, out]. */
export interface LowRank {
  readonly A: HostTensor
  readonly B: HostTensor
  readonly scale: number
}

/** What one module has at a place. */
export interface Ingredient {
  readonly task: string
  /** Of `Composition.weights`. */
  readonly weight: number
  /** Its trained parameters by name. */
  readonly parameters: Arrays
  /** Where it is a low-rank update: the same as factors. */
  readonly factors?: LowRank
  /** The diagonal of its Fisher information, by parameter, where the composition asks for it. */
  readonly fisher?: Arrays
}

/** A site of the network, or "all" for the arrays that all sites of a module share. */
export interface SiteModules {
  readonly site: string
  /** Those whose weight is not zero; where all are zero, all. At least one. */
  readonly modules: readonly Ingredient[]
  /** theta_0 of each parameter, from which a module's distance counts: ones where it scales something; a parameter that is not there counts from zero. */
  readonly origins: Arrays
}

export interface ComposedLibrary {
  readonly places: readonly SiteModules[]
  /** A random stream of the seed for each list of names, independent of the others: name the task by its name, not by its position. */
  readonly stream: (...names: readonly (string | number)[]) => RandomStream
}

/** What stands at a place afterwards: parameters of the modules' own adapter, a low-rank update, or a whole one [in, out]. */
export type Composed = { readonly parameters: Arrays } | { readonly factors: LowRank } | { readonly update: HostTensor }

/**
 * What modules must have in common, besides being all low-rank at the same sites, or of one adapter with the same options.
 * - `alike`: one adapter with the same options
 * - `factors`: low-rank
 * - `same_initialisation`: parameters that are drawn by chance were drawn alike (`initialisation: shared` of a train block)
 */
export type CompositionNeed = "alike" | "factors" | "same_initialisation"

/** How the Fisher information of a module is estimated: on how many of its training texts, with which labels. */
export interface FisherOptions {
  readonly examples: number
  /** The expectation over the labels that the module predicts, or the given label alone (the empirical Fisher). */
  readonly labels: "expected" | "given"
}

export interface Composition<Options = any> extends Definition<"composition", Options> {
  readonly needs?: (options: Options) => readonly CompositionNeed[]
  /** The diagonal of every module's Fisher information is computed, and handed over. */
  readonly fisher?: (options: Options) => FisherOptions
  /** Tasks of the stream that the options name: one that the stream does not have is an error. */
  readonly tasks?: (options: Options) => readonly string[]
  /** The sum of the modules' outputs that the composition stands for, a weight for each task: what its error is measured against. */
  readonly weights: (options: Options, tasks: readonly string[]) => readonly number[]
  /** One result for each place, all of one form. A string says why the library can't be composed: the row's "not defined (reason)". */
  readonly compose: (library: ComposedLibrary, options: Options) => readonly Composed[] | string
}
