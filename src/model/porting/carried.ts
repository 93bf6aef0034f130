/**
 * Parameters of a module carried over from one backbone to another: at each site of the target the mean over the source's
 * blocks of
 *   theta'[i, ..] = theta[pi(i), ..]      along axes that count features of the backbone, pi the map of features
 * Features without a partner get what a parameter counts from: nothing, or one where it scales. What is not trained is that
 * of the first of the blocks.
 */
import type { Adapter, Axis, HostTensor, Initial, Site } from "../../plugin/index.ts"
import { fullName, sitesFor } from "../single.ts"
import { type LayerMap, standingFor } from "./sites.ts"

export interface Carrying {
  readonly adapter: Adapter
  readonly options: unknown
  /** The module's arrays by full name. */
  readonly module: ReadonlyMap<string, HostTensor>
  readonly sites: { readonly source: readonly Site[]; readonly target: readonly Site[] }
  readonly layers: LayerMap
  /** Of each feature of x or y at a site of the target that of the source's; undefined: they are the same, number by number. */
  readonly features: (from: Site, onto: Site, axis: Exclude<Axis, "own">) => ArrayLike<number> | undefined
  /** What parameters of the target count from, by full name, where that is not zero. */
  readonly origins: ReadonlyMap<string, HostTensor>
}

/** Why a module can't be carried over. */
export class NotCarried extends Error {
  override readonly name = "NotCarried"
}

/** All arrays of the module on the target, by full name. Throws NotCarried. */
export const carried = (carrying: Carrying): ReadonlyMap<string, HostTensor> => {
  const { adapter, options, sites } = carrying
  const arrays = new Map<string, HostTensor>()
  for (const site of sitesFor(adapter, options, sites.target))
    for (const [name, initial] of Object.entries<Initial>(adapter.parameters(site, options))) {
      const full = fullName(site, name, initial)
      if (!arrays.has(full)) arrays.set(full, parameterAt(carrying, site, name, initial, full))
    }
  return arrays
}

const parameterAt = (
  { adapter, options, module, sites, layers, features, origins }: Carrying,
  onto: Site,
  name: string,
  initial: Initial,
  full: string,
): HostTensor => {
  const axes = adapter.axes?.(onto, options)?.[name]
  const blocks = standingFor(onto, layers)
  const parts = (initial.shared || initial.trained === false ? blocks.slice(0, 1) : blocks).map((block) => {
    const from = sites.source.find((site) => site.name === block)
    const array = module.get(initial.shared ? full : `${block}/${name}`)
    if (!from || !array) throw new NotCarried(`the source has nothing at ${block}, which stands for ${onto.name}`)
    const maps = initial.shape.map((_, k) => {
      const axis = axes?.[k] ?? "own"
      return axis === "own" ? undefined : features(from, onto, axis)
    })
    if (axes === undefined && initial.trained !== false && (features(from, onto, "x") || features(from, onto, "y")))
      throw new NotCarried(
        `the adapter ${adapter.name} does not say which axes of its parameters count features of the backbone, and here these are matched one by one`,
      )
    return reindexed(array, initial.shape, maps, origins.get(full), `${adapter.name} has ${name} at ${onto.name}`)
  })
  return parts.length === 1 ? parts[0] : mean(parts)
}

/** theta'[i, j, ..] = theta[pi_1(i), pi_2(j), ..]; `origin` where one of the maps has no partner. */
const reindexed = (
  { shape: from, data }: HostTensor,
  shape: readonly number[],
  maps: readonly (ArrayLike<number> | undefined)[],
  origin: HostTensor | undefined,
  what: string,
): HostTensor => {
  const fits = from.length === shape.length && shape.every((size, k) => (maps[k]?.length ?? from[k]) === size)
  if (!fits) throw new NotCarried(`${what} with shape ${said(from)} on the source and ${said(shape)} on the target`)
  if (maps.every((map) => map === undefined)) return { shape, data: data.slice() as HostTensor["data"] }
  const result = new Float32Array(shape.reduce((a, b) => a * b, 1))
  for (let at = 0; at < result.length; at++) {
    let rest = at
    let place = 0
    let step = 1
    for (let k = shape.length - 1; k >= 0 && place >= 0; k--) {
      const i = rest % shape[k]
      rest = Math.floor(rest / shape[k])
      const partner = maps[k]?.[i] ?? i
      place = partner < 0 ? -1 : place + partner * step
      step *= from[k]
    }
    result[at] = place < 0 ? Number(origin?.data[at] ?? 0) : Number(data[place])
  }
  return { shape, data: result }
}

const said = (shape: readonly number[]): string => `[${shape.join(", ")}]`

const mean = (parts: readonly HostTensor[]): HostTensor => ({
  shape: parts[0].shape,
  data: Float32Array.from(
    parts[0].data as Float32Array,
    (_, k) => parts.reduce((sum, { data }) => sum + Number(data[k]), 0) / parts.length,
  ),
})
