/** One module on the backbone, alone: while it is trained in isolation, and when a router selects it. */

import type { Adapter, Extension, FrozenLayer, HostTensor, Initial, Mode, Site } from "../plugin/index.ts"
import { parameter, type Tensor, weight } from "../tensor/index.ts"
import { noiseAt } from "../tensor/placed_noise.ts"
import type { Participant } from "./encoder.ts"
import { parametersAt, SHARED, type TrainedModule } from "./library.ts"

/** Sites of a backbone where an adapter attaches, in the backbone's order. */
export const sitesFor = (adapter: Adapter, options: unknown, sites: readonly Site[]): readonly Site[] => {
  const roles = new Set(adapter.sites(options))
  return sites.filter(({ role }) => roles.has(role))
}

/** The full name of an array at a site: "<site>/<name>", or "all/<name>" where all sites share it. */
export const fullName = (site: Site, name: string, { shared }: Pick<Initial, "shared">): string =>
  `${shared ? SHARED : site.name}/${name}`

/** Initial values by full name. */
export const initialsFor = (adapter: Adapter, options: unknown, sites: readonly Site[]): ReadonlyMap<string, Initial> =>
  new Map(
    sitesFor(adapter, options, sites).flatMap((site) =>
      Object.entries<Initial>(adapter.parameters(site, options)).map(
        ([name, initial]) => [fullName(site, name, initial), initial] as const,
      ),
    ),
  )

/** Full names of what is trained. */
export const trainedNames = (initials: ReadonlyMap<string, Initial>): readonly string[] =>
  [...initials].flatMap(([name, { trained }]) => (trained === false ? [] : [name]))

/** The adapter with trainable parameters. Arrays that are not trained are taken from `values`, by full name. */
export const trainable = (
  adapter: Adapter,
  options: unknown,
  sites: readonly Site[],
  mode: Mode,
  values: ReadonlyMap<string, HostTensor> = new Map(),
): Participant => {
  const attached = new Set(sitesFor(adapter, options, sites).map(({ name }) => name))
  const leaf = (name: string, { shape, trained }: Initial): Tensor => {
    if (trained !== false) return parameter(name, shape)
    const value = values.get(name)
    if (!value) throw new Error(`no value for the array "${name}", which is not trained`)
    return weight(name, value)
  }
  return given(adapter, options, mode, (site) =>
    attached.has(site.name)
      ? Object.fromEntries(
          Object.entries<Initial>(adapter.parameters(site, options)).map(([name, initial]) => [
            name,
            leaf(fullName(site, name, initial), initial),
          ]),
        )
      : undefined,
  )
}

/** A trained module with frozen parameters; `leaf` makes them, by default as constants of the program. */
export const frozen = (
  module: TrainedModule,
  leaf: (name: string, host: HostTensor) => Tensor = (name, host) => weight(name, host),
): Participant =>
  given(module.adapter, module.options, { training: false }, (site) => {
    const parameters = parametersAt(module, site)
    return (
      parameters &&
      Object.fromEntries(Object.entries(parameters).map(([name, host]) => [name, leaf(`${site.name}/${name}`, host)]))
    )
  })

/** One module takes part in the forward pass at the sites where it has parameters, which may depend on the state there. */
export const given = (
  adapter: Adapter,
  options: unknown,
  mode: Mode,
  parametersAt: (site: Site, state: Tensor) => Readonly<Record<string, Tensor>> | undefined,
): Participant => ({
  change: (layer, x, y) => {
    const p = parametersAt(layer.site, y)
    return p ? noiseAt(layer.site.name, changed(adapter, x, y, p, options, mode, layer)) : y
  },
  join: ({ site }, e) => {
    const p = parametersAt(site, e)
    return p && noiseAt(site.name, virtualTokens(adapter, p, options, mode, site))
  },
  attend: (site, q, y, extended) => {
    const p = parametersAt(site, q)
    return p ? noiseAt(site.name, extended(extension(adapter, p, options, mode, site))) : y
  },
})

/** What a module makes of y at a linear, norm or block site. */
export const changed = (
  adapter: Adapter,
  x: Tensor,
  y: Tensor,
  p: Readonly<Record<string, Tensor>>,
  options: unknown,
  mode: Mode,
  layer: FrozenLayer,
): Tensor => {
  if (!adapter.forward) throw new Error(`adapter ${adapter.name} attaches at ${layer.site.name} but has no "forward"`)
  return adapter.forward(x, y, p, options, mode, layer)
}

/** The tokens that a module adds to those of a text at an embeddings site. */
export const virtualTokens = (
  adapter: Adapter,
  p: Readonly<Record<string, Tensor>>,
  options: unknown,
  mode: Mode,
  site: Site,
): Tensor => {
  const joining = extension(adapter, p, options, mode, site)
  if ("tokens" in joining) return joining.tokens
  throw new Error(
    `keys and values cannot join the embeddings: let "extend" of adapter ${adapter.name} give tokens there`,
  )
}

/** What a module adds to the tokens at an attention or embeddings site. */
export const extension = (
  adapter: Adapter,
  p: Readonly<Record<string, Tensor>>,
  options: unknown,
  mode: Mode,
  site: Site,
): Extension => {
  if (!adapter.extend) throw new Error(`adapter ${adapter.name} attaches at ${site.name} but has no "extend"`)
  return adapter.extend(p, options, mode, site)
}
