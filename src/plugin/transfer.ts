/** Transfers: a module that was trained on one backbone becomes the start of a module on another. */
import type { HostTensor } from "../tensor/index.ts"
import type { Axis } from "./adapter.ts"
import type { Definition } from "./definition.ts"

export interface Transfer<Options = any> extends Definition<"transfer", Options> {
  /**
   * Of each block of the target those of the source, from 0, whose parameters it gets in the mean; at least one for each. A
   * string says why there are none.
   */
  readonly layers: (source: number, target: number, options: Options) => readonly (readonly number[])[] | string
  /** How many training texts run through both networks, to find features that are alike: with `features`; without both features are the same, number by number. */
  readonly texts?: (options: Options) => number
  /**
   * Of each feature of the target the feature of the source that it takes the place of, or -1 for none: `source` [positions,
   * width] and `target` [positions, width] are states of both frozen networks at positions where both read the same piece of
   * a text. A string says why there is no such map.
   */
  readonly features?: (source: HostTensor, target: HostTensor, options: Options) => FeatureMap | Promise<FeatureMap>
  /** Which states an axis of a parameter goes by: its own, where nothing is said. */
  readonly goesBy?: (axis: Exclude<Axis, "own">, options: Options) => Exclude<Axis, "own">
}

export type FeatureMap = ArrayLike<number> | string

/** Of `target` blocks each one of `source`: the first of its share, l mod k = 0 where k = source / target divides; a deeper target repeats them. */
export const keptLayers = (source: number, target: number): readonly (readonly number[])[] =>
  Array.from({ length: target }, (_, layer) => [Math.floor((layer * source) / target)])

/** Of `target` blocks each its share of `source`: k = source / target blocks where that divides; a deeper target repeats them. */
export const sharedLayers = (source: number, target: number): readonly (readonly number[])[] =>
  Array.from({ length: target }, (_, layer) => {
    const first = Math.floor((layer * source) / target)
    const end = Math.max(first + 1, Math.floor(((layer + 1) * source) / target))
    return Array.from({ length: end - first }, (_, k) => first + k)
  })
