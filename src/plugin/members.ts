/** Adapters that are made of others: how they get these. */
import { noiseOfPart } from "../tensor/placed_noise.ts"
import type { Adapter, Member } from "./adapter.ts"

/** An adapter with its options, decoded; the `number`-th of those that are put together, from 1: its noise is its own. */
const memberOf = ({ adapter, options }: Part, number: number): Member => {
  const { name, forward, extend, axes } = adapter
  return {
    name,
    sites: () => adapter.sites(options),
    parameters: (site) => adapter.parameters(site, options),
    forward: (x, y, p, mode, layer) => {
      if (!forward) throw new Error(`adapter ${name} attaches at ${layer.site.name} but has no "forward"`)
      return noiseOfPart(`${number}`, forward(x, y, p, options, mode, layer), [x, y])
    },
    extend: (p, mode, site) => {
      if (!extend) throw new Error(`adapter ${name} attaches at ${site.name} but has no "extend"`)
      return extend(p, options, mode, site)
    },
    axes: (site) => axes?.(site, options),
  }
}

export interface Part {
  readonly adapter: Adapter
  readonly options: unknown
}

/** The adapter with its members in the place of their names. Throws Error where it is not made of others. */
export const assembled = (adapter: Adapter, parts: readonly Part[]): Adapter => {
  const { madeOf, forward, extend, factors, axes } = adapter
  if (madeOf === undefined) throw new Error(`the adapter ${adapter.name} is not made of others`)
  const members = parts.map((part, i) => memberOf(part, i + 1))
  const filled = (options: object) => ({ ...options, [madeOf]: members })
  return {
    ...adapter,
    members,
    sites: (options) => adapter.sites(filled(options)),
    parameters: (site, options) => adapter.parameters(site, filled(options)),
    ...(forward && { forward: (x, y, p, options, mode, layer) => forward(x, y, p, filled(options), mode, layer) }),
    ...(extend && { extend: (p, options, mode, site) => extend(p, filled(options), mode, site) }),
    ...(axes && { axes: (site, options) => axes(site, filled(options)) }),
    ...(factors && { factors: (p, options) => factors(p, filled(options)) }),
  }
}
