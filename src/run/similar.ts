/** How near the modules of a library point to the direction of one module: cosine similarities of all that was trained, in a row. */
import type { Network } from "../model/encoder.ts"
import type { TrainedModule } from "../model/library.ts"
import { initialsFor, trainedNames } from "../model/single.ts"
import type { HostTensor } from "../plugin/index.ts"

export type Compared = Pick<TrainedModule, "adapter" | "options" | "sites">

/** cos(v, w) of two modules on one network, in [-1, 1]; or why there is none. */
export const similarity = (network: Network, one: Compared, other: Compared): number | string => {
  if (one.adapter.name !== other.adapter.name) return `another adapter: ${other.adapter.name}`
  const [v, w] = [trained(network, one), trained(network, other)]
  const lacking = [...v.keys()].find((name) => !w.has(name)) ?? [...w.keys()].find((name) => !v.has(name))
  if (lacking !== undefined) return `other sites: only one of the two has ${lacking}`
  const unlike = [...v].find(([name, { shape }]) => shape.join() !== w.get(name)!.shape.join())
  if (unlike)
    return `another shape of ${unlike[0]}: [${w.get(unlike[0])!.shape.join(", ")}], not [${unlike[1].shape.join(", ")}]`
  let [product, first, second] = [0, 0, 0]
  for (const [name, { data }] of v)
    data.forEach((x: number | bigint, i: number) => {
      const [a, b] = [Number(x), Number(w.get(name)!.data[i])]
      product += a * b
      first += a * a
      second += b * b
    })
  if (first === 0 || second === 0) return "one of the two is all zeros, and has no direction"
  return Math.max(-1, Math.min(1, product / Math.sqrt(first * second)))
}

/** What was trained, by full name; a module that was trained elsewhere may attach at some of its adapter's sites alone. */
const trained = ({ checkpoint }: Network, { adapter, options, sites }: Compared): ReadonlyMap<string, HostTensor> =>
  new Map(
    trainedNames(initialsFor(adapter, options, checkpoint.sites)).flatMap((full) => {
      const [site, name] = full.split("/")
      const found = sites[site]?.[name]
      return found ? [[full, found] as const] : []
    }),
  )
