/** Routing units, and what a router reads there: the network as a whole ("model"), a block ("layer.3") or a site ("layer.3.attention.query"). */

import { type Routing, type Site, TOKEN_QUERIES } from "../plugin/index.ts"
import { constant, input, type Layout, type Tensor } from "../tensor/index.ts"
import { attachedAt, type Library } from "./library.ts"

/** Units of a routing over a library, in the backbone's order. */
export const unitsOf = ({ level }: Routing, library: Library, sites: readonly Site[]): readonly string[] => {
  if (level === "model") return ["model"]
  const used = sites.filter((site) => attachedAt(library, site).length > 0)
  return level === "site" ? used.map(({ name }) => name) : [...new Set(used.map(({ layer }) => `layer.${layer}`))]
}

/** The unit that a site belongs to. */
export const unitAt = ({ level }: Pick<Routing, "level">, site: Site): string =>
  level === "model" ? "model" : level === "layer" ? `layer.${site.layer}` : site.name

/** Width of what the router reads at a unit. */
export const queryWidth = (
  { query }: Routing,
  unit: string,
  width: number,
  modules: number,
  sites: readonly Site[],
): number => {
  switch (query) {
    case "site":
      return sites.find(({ name }) => name === unit)!.in
    case "outputs":
      return sites.find(({ name }) => name === unit)!.out
    case "embeddings":
      return embeddingsWidth(sites, width)
    case "task":
    case "predictions":
      return modules
    case "draw":
      return 1
    case "nothing":
      return 0
    default:
      return width
  }
}

/** Of a row of the table of embeddings; `width`: of the network. */
export const embeddingsWidth = (sites: readonly Site[], width: number): number =>
  sites.find(({ role }) => role === "embeddings")?.in ?? width

/** A query from outside the forward pass, one row per example: [width] for the author. */
export const outsideQuery = (
  { query }: Routing,
  width: number,
  modules: number,
  layout: Layout,
): Tensor | undefined => {
  if (TOKEN_QUERIES.includes(query)) return undefined
  const rows = { of: "examples", layout } as const
  switch (query) {
    case "nothing":
      return constant(0)
    case "draw":
      return input("query", ["examples", 1], "float", rows)
    case "task":
    case "predictions":
      return input("query", ["examples", modules], "float", rows)
    default:
      return input("query", ["examples", width], "float", rows)
  }
}
