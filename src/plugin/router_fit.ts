/** How the parameters of a router are found: on which examples, by which loss, and what goes on from stage to stage. */
import type { Tensor } from "../tensor/index.ts"
import type { Mode } from "./adapter.ts"
import type { Initials } from "./parameters.ts"

/** Sizes that a router's parameters depend on. */
export interface Sizes {
  /** Width of the query. */
  readonly width: number
  readonly modules: number
  /** Width of what the modules of a unit give, where the unit is a site. */
  readonly out?: number
}

export interface Fit {
  /** By the gradient of the loss (default), or by a search that only sees its value. */
  readonly by?: "gradient" | Search
  /**
   * - `memory` (default): the remembered examples of all tasks seen
   * - `train`: all training examples of the tasks seen
   * - `newest`: the training examples of the newest task; those that are remembered of earlier tasks have no part in the
   *   task's loss, and are there for a `loss` of the router's own
   */
  readonly on?: "memory" | "train" | "newest"
  /** Whether the loss of the tasks counts, through the backbone (default true). False: `loss` is all. */
  readonly taskLoss?: boolean
  /** Every stage goes on from the one before, whatever the schedule says. */
  readonly continues?: boolean
  /** Of these parameters what belongs to earlier modules stays as the stage before left it. Needs `continues`. */
  readonly keeps?: readonly string[]
  /**
   * After the fit the mean gates over the remembered examples of each module's tasks are kept: `gates` and `loss` find them as
   * `p.recorded`, [modules, modules], a row for each module; `step.task` picks the row of an example. `newest`: a row stays as it
   * was when its task was the newest, and that of a module that is new is zero. Absent until something has been recorded.
   */
  readonly records?: "newest" | "all"
}

/** Heads that are refitted on the memory are trained together with the router; else they are refitted after it. */
export const fitsHeads = ({ by = "gradient", on = "memory", taskLoss = true }: Fit): boolean =>
  by === "gradient" && on === "memory" && taskLoss

/** A search without gradients over all parameters of the router as one vector. */
export interface Search {
  /** How often the loss is computed. */
  readonly evaluations: number
  /** Every number stays within ± this. */
  readonly bound: number
}

/** One routing unit while a router is fitted. */
export interface UnitStep {
  readonly unit: string
  /** What `gates` gave, [modules] of each example or token. */
  readonly gates: Tensor
  /** What it was given. */
  readonly query: Tensor
  readonly p: Readonly<Record<string, Tensor>>
}

/** What a router's own loss sees of a batch. */
export interface FitStep {
  readonly units: readonly UnitStep[]
  /** The task of each example, one-hot [modules]. */
  readonly task: Tensor
  /** 1 for an example of the newest task, else 0: [1]. */
  readonly newest: Tensor
}

/** A gate that is trained with each module alone, on the training examples of the module's task. */
export interface AloneFit<Options = any> {
  /** For one module: `sizes.modules` is 1. */
  readonly parameters: (sizes: Sizes, options: Options) => Initials
  /** The gate of the module, [1]. */
  readonly gates: (query: Tensor, p: Readonly<Record<string, Tensor>>, options: Options, mode: Mode) => Tensor
}
