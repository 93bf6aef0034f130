/** One module on the backbone, alone: while it is trained in isolation, and when a router selects it. */

import type { Adapter, HostTensor, Initial, Mode, Site } from "../plugin/index.ts"
import { parameter, type Tensor, weight } from "../tensor/index.ts"
import type { Participant } from "./encoder.ts"
import type { TrainedModule } from "./library.ts"
import { noiseAt } from "./noise.ts"

/** Sites of a backbone where an adapter attaches, in the backbone's order. */
export const sitesFor = (adapter: Adapter, options: unknown, sites: readonly Site[]): readonly Site[] => {
  const roles = new Set(adapter.sites(options))
  return sites.filter(({ role }) => roles.has(role))
}

/** Initial values by full name, "<site>/<parameter>". */
export const initialsFor = (adapter: Adapter, options: unknown, sites: readonly Site[]): ReadonlyMap<string, Initial> =>
  new Map(
    sitesFor(adapter, options, sites).flatMap((site) =>
      Object.entries<Initial>(adapter.parameters(site, options)).map(
        ([name, initial]) => [`${site.name}/${name}`, initial] as const,
      ),
    ),
  )

/** The adapter with trainable parameters. */
export const trainable = (adapter: Adapter, options: unknown, sites: readonly Site[], mode: Mode): Participant => {
  const attached = new Set(sitesFor(adapter, options, sites).map(({ name }) => name))
  return {
    linear: (site, x, y) => {
      if (!attached.has(site.name)) return y
      const p = Object.fromEntries(
        Object.entries<Initial>(adapter.parameters(site, options)).map(([name, { shape }]) => [
          name,
          parameter(`${site.name}/${name}`, shape),
        ]),
      )
      return noiseAt(site.name, adapter.forward(x, y, p, options, mode))
    },
  }
}

/** A trained module with frozen parameters. */
export const frozen = ({ adapter, options, sites }: TrainedModule): Participant => ({
  linear: (site, x, y) => {
    const parameters: Readonly<Record<string, HostTensor>> | undefined = sites[site.name]
    if (!parameters) return y
    const p: Record<string, Tensor> = {}
    for (const [name, host] of Object.entries(parameters)) p[name] = weight(`${site.name}/${name}`, host)
    return adapter.forward(x, y, p, options, { training: false })
  },
})
