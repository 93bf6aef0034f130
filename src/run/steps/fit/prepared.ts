/** Constants that a router makes of the trained weights at a unit. */
import { attachedAt, type Library } from "../../../model/library.ts"
import { hostFactors } from "../../../model/mix.ts"
import { unitAt } from "../../../model/routing_units.ts"
import type { Arrays, Constants, Router, Site, SiteFactors } from "../../../plugin/index.ts"
import { checkedConstants } from "./constants.ts"

/** A string says why the library can't be served. */
export const preparedConstants = (
  router: Router,
  options: unknown,
  library: Library,
  unit: string,
  sites: readonly Site[],
  fisher?: readonly Arrays[],
): Constants | string => {
  const routing = router.routing(options)
  const own = sites.filter((site) => unitAt(routing, site) === unit)
  const siblings = sites.filter((site) => own.some((one) => readTheSame(one, site)))
  const given: unknown = router.prepare!(
    {
      unit,
      tasks: library.map(({ task }) => task),
      factors: factorsAt(library, own),
      sharing: factorsAt(library, siblings),
      ...(fisher && { fisher }),
    },
    options,
  )
  if (typeof given === "string") return given
  return checkedConstants(given, { kind: "router", name: router.name, made: "prepare", unit })
}

/** [module][site] */
const factorsAt = (library: Library, sites: readonly Site[]): readonly (readonly SiteFactors[])[] =>
  library.map((module) =>
    sites.flatMap((site) => {
      const [attached] = attachedAt([module], site)
      const found = attached && hostFactors(module, attached.parameters)
      return found ? [{ site: site.name, ...found }] : []
    }),
  )

/** Layers of one attention, or of one gated feed-forward layer, that read one state: query, key and value; intermediate and gate. */
const readTheSame = (a: Site, b: Site): boolean => {
  if (a.name === b.name) return true
  const parent = (name: string) => name.slice(0, name.lastIndexOf("."))
  const crosses = (site: Site) => site.name.includes("cross")
  const group = (site: Site) => GROUPS.findIndex((roles) => roles.includes(site.role))
  return parent(a.name) === parent(b.name) && !crosses(a) && a.in === b.in && group(a) >= 0 && group(a) === group(b)
}

const GROUPS: readonly (readonly Site["role"][])[] = [
  ["query", "key", "value"],
  ["intermediate", "gate"],
]
