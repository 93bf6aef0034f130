/**
 * A module whose tokens stand before those of earlier modules, which are frozen, the newest first (Progressive Prompts):
 *   [P_t; P_t-1; ..; P_1; x]    at the embeddings, or as keys and values in every block
 */
import { type Extension, type FrozenLayer, ShapeError, type Site } from "../plugin/index.ts"
import { concat } from "../tensor/index.ts"
import type { Participant } from "./encoder.ts"
import { attachedAt, type Library } from "./library.ts"
import { frozenParameters } from "./mix.ts"
import { extension, virtualTokens } from "./single.ts"

const FROZEN = { training: false }

/** `own` is the module that is trained; the library stands in the order of its tasks. */
export const beforeEarlier = (own: Participant, library: Library): Participant => {
  const earlierAt = (site: Site) =>
    [...attachedAt(library, site)].reverse().map((one) => ({ ...one, p: frozenParameters(site, one) }))
  return {
    ...own,
    join: (layer: FrozenLayer, e) => {
      const newest = own.join?.(layer, e)
      const before = earlierAt(layer.site).map(({ module: { adapter, options }, p }) =>
        virtualTokens(adapter, p, options, FROZEN, layer.site),
      )
      return newest && concat([newest, ...before], 0)
    },
    attend: (site: Site, q, y, extended) => {
      const before = earlierAt(site).map(({ module: { adapter, options }, p }) =>
        keysOf(extension(adapter, p, options, FROZEN, site)),
      )
      const all = (newest: Extension) => {
        const every = [keysOf(newest), ...before]
        return extended({
          keys: concat(
            every.map(({ keys }) => keys),
            0,
          ),
          values: concat(
            every.map(({ values }) => values),
            0,
          ),
        })
      }
      return own.attend?.(site, q, y, all) ?? y
    },
  }
}

const keysOf = (extension: Extension) => {
  if ("keys" in extension) return extension
  throw new ShapeError("extend", "tokens cannot join an attention", "give keys and values there")
}
