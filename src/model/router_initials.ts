/** First values of a router's parameters by full name, "unit/<unit>/<parameter>". */
import type { Checkpoint, Initial, Initials, Router, Sizes } from "../plugin/index.ts"
import type { Library } from "./library.ts"
import { queryWidth } from "./routing_units.ts"

export const initialsOf = (
  router: Pick<Router, "routing" | "parameters">,
  options: unknown,
  units: readonly string[],
  library: Library,
  { width, sites }: Pick<Checkpoint, "width" | "sites">,
): ReadonlyMap<string, Initial> => {
  const routing = router.routing(options)
  const modules = library.length
  return new Map(
    units.flatMap((unit) => {
      const site = sites.find(({ name }) => name === unit)
      const sizes: Sizes = {
        width: queryWidth(routing, unit, width, modules, sites),
        modules,
        ...(site ? { out: site.out } : {}),
      }
      const initials: Initials = router.parameters?.(sizes, options) ?? {}
      return Object.entries(initials).map(([part, initial]) => [`unit/${unit}/${part}`, initial] as const)
    }),
  )
}
