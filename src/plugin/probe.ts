/** Probes: classifiers on features of the frozen backbone, without modules. */
import type { Tensor } from "../tensor/index.ts"
import type { Definition } from "./definition.ts"
import type { Constants, Statistics } from "./router.ts"

export interface Probe<Options = any> extends Definition<"probe", Options> {
  readonly query: (options: Options) => "frozen_mean" | "frozen_cls"
  readonly statistics: (given: Statistics, options: Options) => Constants
  readonly statisticsFrom: (options: Options) => "memory" | "train"
  /** Scores over all classes, [classes]; the largest wins. */
  readonly scores: (query: Tensor, constants: Readonly<Record<string, Tensor>>, options: Options) => Tensor
}
