/** Modules of earlier tasks in a model that grows: frozen, as arrays "earlier/<task>/<site>/<parameter>" beside those of the newest. */
import type { Network } from "../../../../model/encoder.ts"
import { attachedAt, bySite, type Library, NO_HEAD } from "../../../../model/library.ts"
import { fullName, sitesFor } from "../../../../model/single.ts"
import {
  type Adapter,
  type Factors,
  type GrownFactors,
  type HostTensor,
  type Initial,
  isLowRank,
  parameter,
  weight,
} from "../../../../plugin/index.ts"
import { isOfAttention } from "./attention.ts"

/** The adapter of which each task gets a module. */
interface Grown {
  readonly plugin: Adapter
  readonly options: unknown
}

export const isEarlier = (name: string): boolean => name.startsWith("earlier/")

/** What a model that has learnt `tasks` tasks is to the next one: its newest module is one of the earlier. */
export const asEarlier = (
  arrays: Iterable<readonly [string, HostTensor]>,
  tasks: number,
): readonly (readonly [string, HostTensor])[] =>
  [...arrays].map(([name, array]) => [
    isEarlier(name) || isOfAttention(name) || name.startsWith("head/") ? name : `earlier/${tasks - 1}/${name}`,
    array,
  ])

/** In the order of their tasks. */
export const earlierIn = (
  { plugin: adapter, options }: Grown,
  arrays: Iterable<readonly [string, HostTensor]>,
): Library => {
  const tasks: (readonly [string, HostTensor])[][] = []
  for (const [name, array] of arrays) {
    if (!isEarlier(name)) continue
    const [, task, ...own] = name.split("/")
    ;(tasks[Number(task)] ??= []).push([own.join("/"), array])
  }
  return tasks.map((own, t) => ({ task: String(t), adapter, options, sites: bySite(own), head: NO_HEAD }))
}

/** Of low-rank modules, by site; else nothing. */
export const factorsOf = (
  { checkpoint }: Network,
  attached: Grown,
  arrays: ReadonlyMap<string, HostTensor>,
): readonly GrownFactors[] | undefined => {
  const { plugin: adapter, options } = attached
  if (!isLowRank(adapter, options)) return undefined
  const earlier = earlierIn(attached, arrays)
  return sitesFor(adapter, options, checkpoint.sites).map((site) => {
    const newest = Object.entries<Initial>(adapter.parameters(site, options)).map(([name, initial]) => [
      name,
      parameter(fullName(site, name, initial), initial.shape),
    ])
    return {
      newest: adapter.factors!(Object.fromEntries(newest), options) as Factors,
      earlier: attachedAt(earlier, site).map(({ index, parameters }) => {
        const own = Object.entries(parameters).map(([name, array]) => [
          name,
          weight(`earlier/${index}/${fullName(site, name, {})}`, array),
        ])
        return adapter.factors!(Object.fromEntries(own), options) as Factors
      }),
    }
  })
}
