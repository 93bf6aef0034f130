/** Whether a router can serve a library, as far as its adapters tell. */
import { type Adapter, isLowRank, type Router } from "../plugin/index.ts"
import type { Resolved } from "./chosen.ts"

/** Why it can't; nothing where it can. A router that needs low-rank factors needs those of every module at each of its sites. */
export const whyNotServed = (router: Router, adapters: readonly Resolved<Adapter>[]): string | undefined => {
  if (!router.needs?.includes("factors")) return undefined
  const lacking = adapters.find(({ plugin, chosen }) => !isLowRank(plugin, chosen.options))
  if (lacking) {
    const { name, factors } = lacking.plugin
    const why = factors ? "with these options is not low-rank" : "is not low-rank"
    return `${router.name} needs low-rank modules; the adapter ${name} ${why}`
  }
  const [first, ...others] = adapters.map(({ plugin, chosen }) =>
    [...new Set(plugin.sites(chosen.options))].sort().join(", "),
  )
  const other = others.find((sites) => sites !== first)
  return other && `${router.name} needs all modules at the same sites; some are at ${first}, some at ${other}`
}
