/**
 * A module that is trained with those of earlier tasks at work beside it, frozen: what isolation leaves out. With t modules in all
 * and c_i what module i adds to y at a site,
 *   summed     y + sum_i c_i                       (incremental LoRA)
 *   averaged   y + 1/t sum_i c_i
 *   weighted   y + sum_i softmax(z)_i c_i          z [t] learnt with the module, and forgotten after it
 *   weighed    y + sum_i w_i(x) c_i                w(x) [t] of each example, the newest last
 */
import type { FrozenLayer, Site } from "../plugin/index.ts"
import { add, constant, type HostTensor, mul, parameter, slice, softmax, type Tensor } from "../tensor/index.ts"
import type { Participant } from "./encoder.ts"
import { attachedAt, type Library } from "./library.ts"
import { changeOf, mixAt, type Spot } from "./mix.ts"
import { changed, extension } from "./single.ts"

export type Earlier = "summed" | "averaged" | "weighted"

/** The name of z among what is trained. */
export const WEIGHTS = "earlier/weights"

const FROZEN = { training: false }

/** `own` is the module that is trained. */
export const besideEarlier = (own: Participant, library: Library, how: Earlier): Participant => {
  const count = library.length + 1
  const gates: Tensor =
    how === "weighted"
      ? softmax(parameter(WEIGHTS, [count]))
      : constant(new Array(count).fill(how === "summed" ? 1 : 1 / count))
  return weighedBeside(own, library, () => gates)
}

/** `weights` [t] is asked where modules are at work. */
export const weighedBeside = (own: Participant, library: Library, weights: () => Tensor): Participant => {
  const count = library.length + 1
  const mixing = { aggregate: "outputs", mix: "outer", modules: library.length } as const
  /** What the module made of y, weighed, beside what the others add. */
  const together = (spot: Spot, made: Tensor): Tensor => {
    if (made === spot.y && attachedAt(library, spot.site).length === 0) return spot.y
    const gates = weights()
    if (library.length === 0) return add(spot.y, mul(changeOf(made, spot.y), gates))
    const theirs = slice(gates, -1, 0, library.length)
    const mine = slice(gates, -1, library.length, count)
    return add(mixAt(spot, theirs, attachedAt(library, spot.site), mixing), mul(changeOf(made, spot.y), mine))
  }
  return {
    ...own,
    change: (layer: FrozenLayer, x: Tensor, y: Tensor) => {
      const applied: Spot["applied"] = ({ adapter, options }, p) => changed(adapter, x, y, p, options, FROZEN, layer)
      const weight = layer.weight?.attributes.host as HostTensor | undefined
      return together({ site: layer.site, weight, x, y, applied }, own.change?.(layer, x, y) ?? y)
    },
    attend: (site: Site, q: Tensor, y: Tensor, extended) => {
      const applied: Spot["applied"] = ({ adapter, options }, p) =>
        extended(extension(adapter, p, options, FROZEN, site))
      return together({ site, y, applied }, own.attend?.(site, q, y, extended) ?? y)
    },
  }
}
